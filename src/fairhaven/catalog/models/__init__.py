"""Tables of the catalog."""

from fairhaven.catalog.models.modules import (
    ModuleRow,
    ReleaseRow,
)

__all__ = [
    "ModuleRow",
    "ReleaseRow",
]
