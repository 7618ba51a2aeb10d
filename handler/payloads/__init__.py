"""What middleware, NetSuite and the command line see. Pure: plain dicts and text."""
