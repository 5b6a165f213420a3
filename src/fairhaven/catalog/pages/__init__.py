"""Pages of the catalog, one module a question."""

from fairhaven.catalog.pages import (
    deposits,
    editor,
    fair,
    feeds,
    items,
    listing,
    registering,
    searches,
    starting,
    tools,
)

# items last: a module's own page takes every name below /catalog
ROUTERS = tuple(
    part.router
    for part in (editor, deposits, fair, feeds, listing, searches, registering, starting, tools, items)
)

__all__ = ["ROUTERS"]
