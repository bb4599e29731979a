"""What can be asked about deals, prices and auctions."""
