"""Pages of the catalog, one module a question."""

from fairhaven.catalog.pages import editor, items, listing, registering, tools

# items last: a module's own page takes every name below /catalog
ROUTERS = tuple(part.router for part in (editor, listing, registering, tools, items))

__all__ = ["ROUTERS"]
