"""Catalogs elsewhere that the platform knows: their lists, and their items."""
