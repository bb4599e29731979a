"""Pure decisions of deals: windows and prices, proxy bidding, the receipt's chain. No Django, no clock."""
