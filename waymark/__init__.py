"""Durable background workflows for Python and Postgres."""
