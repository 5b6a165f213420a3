"""Pages of the catalog, one module a question."""

from fairhaven.catalog.pages import deposits, editor, fair, items, listing, registering, searches, tools

# items last: a module's own page takes every name below /catalog
ROUTERS = tuple(part.router for part in (editor, deposits, fair, listing, searches, registering, tools, items))

__all__ = ["ROUTERS"]
