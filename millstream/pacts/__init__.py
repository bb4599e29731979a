"""Pacts: who shares a sale, agreed beforehand and frozen at purchase."""
