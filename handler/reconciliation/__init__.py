"""Settlements against the bank, against NetSuite's orders and against its clearing account.

Pure: values in, values out. What only a person can know is asked, never guessed.
"""
