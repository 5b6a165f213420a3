"""Serves one AI module over HTTP, in processes that the module cannot take the server down with."""

__version__ = "0.1.0"
