"""Settlement accounting: from a raw settlement file to a proven journal. Pure.

read -> classify -> journal -> prove: `settle.py` shows the whole way on one page.
"""
