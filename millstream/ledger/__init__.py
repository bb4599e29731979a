"""Money: accounts, entries, payouts, statements. Every cent has an owner and nothing posted is ever edited."""
