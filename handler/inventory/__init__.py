"""Two pools of stock that never share a unit. Pure: values in, values out.

NetSuite leads the seller's own stock (FBM): what it has becomes what is published on Amazon.
Amazon leads the stock in its warehouses (FBA): its ledger becomes adjustments in NetSuite.
"""
