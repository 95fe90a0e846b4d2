"""The client of the engine: calls of its named functions, and waiting for runs to end."""

from waymark.client.core import Client, background, current_client

__all__ = ["Client", "background", "current_client"]
