"""The client of the engine: calls of its named functions, and waiting for runs to end."""

from waymark.client.core import Client, Finding, background, current_client

__all__ = ["Client", "Finding", "background", "current_client"]
