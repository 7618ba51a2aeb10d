"""Settlement accounting and inventory arbitration for Amazon sellers on NetSuite."""
