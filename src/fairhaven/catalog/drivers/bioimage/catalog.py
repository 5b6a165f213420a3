"""The zoo's index as a list of modules: every model, in its last version."""

import hashlib
import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from fairhaven.catalog.drivers import listing
from fairhaven.catalog.drivers.bioimage import index
from fairhaven.catalog.drivers.bioimage.index import Item
from fairhaven.catalog.drivers.bioimage.item import HOME
from fairhaven.catalog.ports import MOST_AT_ONCE, Batch, CursorLost, Entry, Listing, Option
from fairhaven.core.outbound import Guard

_CURSOR = re.compile(r"(?P<digest>[0-9a-f]{16}):(?P<told>\d{1,9})")


class BioImageModels:
    """Models only; datasets, notebooks and applications of the zoo are left out."""

    label: ClassVar[str] = "BioImage Model Zoo"
    example: ClassVar[str] = HOME
    builds: ClassVar[bool] = True
    options: ClassVar[Sequence[Option]] = ()

    def recognise(self, address: str) -> Listing | None:
        """The zoo's own pages that name no model, and its index."""
        parts = urlsplit(address)
        page, _, asked = parts.fragment.partition("?")
        front = parts.hostname in ("bioimage.io", "www.bioimage.io") and page in ("", "/", "/models")
        if (front and "id=" not in asked) or address == HOME:
            return Listing(HOME)
        return None

    async def entries(self, wanted: Listing, cursor: str | None, guard: Guard) -> Batch:
        """All models, `MOST_AT_ONCE` at a time; nothing when the index is what it was."""
        with listing.listed():
            models = (await index.read(wanted.address, guard)).models
        digest = _digest(models)
        if cursor == digest:
            return Batch(cursor=cursor)
        told = _told(cursor, digest)
        entries = [_entry(wanted.address, item) for item in models[told : told + MOST_AT_ONCE]]
        after = told + MOST_AT_ONCE
        more = after < len(models)
        going_on = f"{digest}:{after}" if more else digest
        return Batch(entries, going_on, more=more, complete=not more, total=len(models))


def _entry(base: str, item: Item) -> Entry:
    name = item.id.removeprefix("bioimage-io/")
    last = item.versions[-1]
    return Entry(
        key=item.id,
        source=f"bioimage+{base}#{name}",
        title=item.title or name,
        name=name,
        revision=last.sha256 or last.name,
    )


def _digest(models: Sequence[Item]) -> str:
    return hashlib.sha256(repr(models).encode()).hexdigest()[:16]


def _told(cursor: str | None, digest: str) -> int:
    """Where to go on in this index; a list that changed in between begins anew."""
    found = _CURSOR.fullmatch(cursor or "")
    if found and found["digest"] != digest:
        raise CursorLost("The index changed while it was read.")
    return int(found["told"]) if found else 0
