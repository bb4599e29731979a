"""Carriers of notices: mail, web push."""
