"""The stock engine: rows locked in key order, changed by set statements, proved by their movements."""
