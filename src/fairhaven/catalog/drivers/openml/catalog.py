"""OpenML's flows as a list, by number."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote, urlsplit

from pydantic import JsonValue

from fairhaven.catalog.drivers import listing, telling
from fairhaven.catalog.drivers.openml import api
from fairhaven.catalog.drivers.openml.flow import title as short
from fairhaven.catalog.ports import Batch, Entry, Listing, Option
from fairhaven.core.outbound import Guard

AT_ONCE = 100


class OpenMLFlows:
    """Flows, narrowed by tag or by who uploaded them; those that nobody ran are marked."""

    label: ClassVar[str] = "OpenML"
    example: ClassVar[str] = api.HOME
    builds: ClassVar[bool] = False
    options: ClassVar[Sequence[Option]] = (
        Option("tag", "Tag", "Only flows with this tag, such as study_14."),
        Option("uploader", "Uploader", "Only flows of the account with this number."),
    )

    def recognise(self, address: str) -> Listing | None:
        """The front page, and the search for flows."""
        parts = urlsplit(address)
        if parts.hostname not in ("openml.org", "www.openml.org", "new.openml.org"):
            return None
        flows = parts.path == "/search" and "type=flow" in parts.query and "id=" not in parts.query
        return Listing(api.HOME) if flows or parts.path in ("", "/") else None

    async def entries(self, wanted: Listing, cursor: str | None, guard: Guard) -> Batch:
        """A page of `/flow/list`; each new look begins anew, for numbers say nothing of changes."""
        told = listing.position(cursor)
        base = wanted.address.rstrip("/")
        with listing.listed():
            said = await api.ask(base, f"flow/list/limit/{AT_ONCE}/offset/{told}{_narrowed(wanted)}", guard)
        flows = api.several(telling.mapping((said or {}).get("flows")).get("flow"))
        entries = [found for each in flows if (found := _entry(base, each))]
        more = len(flows) >= AT_ONCE
        return Batch(entries, str(told + AT_ONCE) if more else None, more=more, complete=not more)


def _narrowed(wanted: Listing) -> str:
    tag, uploader = (wanted.options.get(name, "") for name in ("tag", "uploader"))
    by_tag = f"/tag/{quote(tag, safe='')}" if tag else ""
    return by_tag + (f"/uploader/{uploader}" if re.fullmatch(r"[0-9]{1,9}", uploader) else "")


def _entry(base: str, said: Mapping[str, JsonValue]) -> Entry | None:
    number = telling.line(said.get("id"), 12)
    if not re.fullmatch(r"[1-9][0-9]{0,9}", number):
        return None
    title = short(telling.line(said.get("name") or said.get("full_name"), 2000))
    return Entry(
        key=f"flow/{number}",
        source=f"openml+{base}#flow/{number}",
        title=title[:200],
        name=f"openml-{number}",
    )
