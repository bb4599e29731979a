"""The pages and the REST door of the ledger."""
