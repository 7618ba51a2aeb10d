"""Settlement accounting and inventory arbitration for Amazon sellers on NetSuite."""

__version__ = "0.1.0"
