"""Fixtures for every test."""

from tests.engines.fixtures import chromium, clean_environment, django_db_setup, nats_url, own_nats, pg_cluster

__all__ = ["chromium", "clean_environment", "django_db_setup", "nats_url", "own_nats", "pg_cluster"]
