"""Commands of the catalog: `fairhaven module …`, and `fairhaven metadata …` for files on this machine."""

from fairhaven.catalog.cli.metadata import app as metadata
from fairhaven.catalog.cli.modules import app

__all__ = ["app", "metadata"]
