"""Use cases: each orders the pure steps and the ports. No AWS, no Flask, no clock of their own."""
