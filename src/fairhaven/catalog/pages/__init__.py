"""Pages of the catalog, one module a question."""

from fairhaven.catalog.pages import editor, items, listing, registering

# items last: a module's own page takes every name below /catalog
ROUTERS = tuple(part.router for part in (editor, listing, registering, items))

__all__ = ["ROUTERS"]
