"""Commands of the catalog: `fairhaven module …`, `fairhaven tool …`, and `fairhaven metadata …` for files."""

from fairhaven.catalog.cli.feeds import app as feeds
from fairhaven.catalog.cli.metadata import app as metadata
from fairhaven.catalog.cli.modules import app
from fairhaven.catalog.cli.releases import app as releases
from fairhaven.catalog.cli.searches import app as searches
from fairhaven.catalog.cli.starting import new
from fairhaven.catalog.cli.tools import app as tools

__all__ = ["app", "feeds", "metadata", "new", "releases", "searches", "tools"]
