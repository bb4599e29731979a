"""PostgreSQL and NATS from wheels, started and stopped by us. No Django here."""
