"""Reads of the ledger: balances, statements, payouts, checks of the books."""
