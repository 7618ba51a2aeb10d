"""What calls us: each parses its input, calls one use case, and renders the answer."""
