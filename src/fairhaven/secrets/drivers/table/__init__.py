"""The store `table:`: values in PostgreSQL, each sealed with a key of its own (envelope encryption)."""

from fairhaven.secrets.drivers.table.store import TableStore

__all__ = ["TableStore"]
