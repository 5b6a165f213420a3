"""A metadata file in every format of the catalog, on this machine: as the catalog would tell it."""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from fairhaven.catalog.metadata import ModuleMetadata, converting

if TYPE_CHECKING:
    from fairhaven.catalog.exports.item import Item


def names() -> tuple[str, ...]:
    """What `convert --to` takes: `yaml`, `json`, documents such as `cff`, graphs such as `turtle:fair4ml`."""
    from fairhaven.catalog.exports import formats

    graphs = [f"{syntax}:{profile}" for syntax in formats.SYNTAXES for profile in formats.PROFILES]
    documents = [name for name in formats.DOCUMENTS if not name.startswith("linkset")]
    return (*converting.formats(), *documents, *formats.SYNTAXES, *graphs)


def convert(metadata: ModuleMetadata, to: str, name: str, base: str) -> str:
    """The metadata in a format, for a module `name` of a catalog at `base`.

    Raises:
        CannotConvert: there is no such format, or the metadata cannot be told in it; the text says why.
    """
    from fairhaven.catalog.exports import formats
    from fairhaven.catalog.exports.item import NotExportable

    syntax, _, profile = to.partition(":")
    if to not in names() or to in converting.formats():
        return converting.convert(metadata, to, names())
    known = formats.DOCUMENTS.get(to) or formats.rdf(syntax, profile or formats.USUAL_PROFILE)
    try:
        return known.make(_item(metadata, name, base))
    except NotExportable as why:
        raise converting.CannotConvert(str(why)) from None


def _item(metadata: ModuleMetadata, name: str, base: str) -> "Item":
    from fairhaven.catalog.exports.item import Item, Site

    today = datetime.now(UTC)
    dates = metadata.dates
    return Item(
        name=name,
        metadata=metadata,
        site=Site("Fairhaven", base.rstrip("/")),
        commit="unpublished",  # stands for the version where the file names none
        registered=datetime.combine(dates.created, time(), UTC) if dates else today,
        changed=datetime.combine(dates.updated, time(), UTC) if dates else today,
    )
