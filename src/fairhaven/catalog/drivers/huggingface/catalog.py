"""The models of an account of the Hub as a list, the last changed first."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from pydantic import JsonValue

from fairhaven.catalog.drivers import asking, listing, telling
from fairhaven.catalog.drivers.huggingface import hub
from fairhaven.catalog.drivers.huggingface.origin import PAGES
from fairhaven.catalog.ports import Batch, CursorLost, Entry, Listing, ListProblem, Option
from fairhaven.core import outbound
from fairhaven.core.outbound import Guard

AT_ONCE = 100
LARGEST = 8 << 20
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


class HuggingFaceModels:
    """`https://huggingface.co/ACCOUNT`: everybody's models would be millions."""

    label: ClassVar[str] = "Account of the Hugging Face Hub"
    example: ClassVar[str] = "https://huggingface.co/google"
    builds: ClassVar[bool] = True
    options: ClassVar[Sequence[Option]] = (
        Option("task", "Task", "Only models for this task, such as image-classification."),
        Option("search", "Search", "Only models whose name has this in it."),
    )

    def recognise(self, address: str) -> Listing | None:
        """The page of an account."""
        parts = urlsplit(address)
        path = [part for part in parts.path.split("/") if part]
        if parts.hostname not in ("huggingface.co", "www.huggingface.co", "hf.co") or not path:
            return None
        if path[0] in PAGES or path[1:] not in ([], ["models"]) or not _ACCOUNT.fullmatch(path[0]):
            return None
        return Listing(f"{hub.HOME}/{path[0]}")

    async def entries(self, wanted: Listing, cursor: str | None, guard: Guard) -> Batch:
        """A page of `/api/models?author=…`; the Hub's `Link` header says where the next one is."""
        base, account = _account(wanted.address)
        url = _resumed(base, cursor) if cursor else _first(base, account, wanted.options)
        with listing.listed(), asking.told("The list of models"):
            found = await outbound.fetch(guard, url, headers={"Accept": asking.JSON}, max_bytes=LARGEST)
        if found.status == 429:
            raise ListProblem("The Hub asks for a pause.", wait=300.0)
        if found.status != 200:
            raise ListProblem(f"The Hub answered {found.status}.", fix="Check the account's name.")
        with listing.listed():
            said = asking.read_json(found.body, "The list of models")
        entries = [
            _entry(base, each) for each in telling.items(said, 1000) if hub.is_name(str(each.get("id")))
        ]
        following = _NEXT.search(found.headers.get("link", ""))
        after = _cursor(base, following[1]) if following else None
        return Batch(entries, after, more=after is not None, complete=after is None)


def _account(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    account = parts.path.strip("/")
    if not _ACCOUNT.fullmatch(account):
        raise ListProblem(f"`{address[:100]}` names no account.", fix="Write https://huggingface.co/ACCOUNT.")
    return f"{parts.scheme}://{parts.netloc}", account


def _first(base: str, account: str, options: Mapping[str, str]) -> str:
    asked = {"pipeline_tag": options.get("task"), "search": options.get("search")}
    more = "".join(f"&{name}={quote(value)}" for name, value in asked.items() if value)
    ordered = f"&sort=lastModified&direction=-1&limit={AT_ONCE}&full=true"
    return f"{base}/api/models?author={quote(account)}{more}{ordered}"


def _cursor(base: str, following: str) -> str:
    """The query of the next page; an address of another server is none of this list."""
    address = urlsplit(urljoin(f"{base}/", following))
    if f"{address.scheme}://{address.netloc}" != base or address.path != "/api/models":
        raise ListProblem("The Hub's list goes on elsewhere.")
    return address.query[:4000]


def _resumed(base: str, cursor: str) -> str:
    if "author" not in parse_qs(cursor):
        raise CursorLost("It does not know where it stood.")
    return f"{base}/api/models?{cursor}"


def _entry(base: str, said: Mapping[str, JsonValue]) -> Entry:
    key = str(said["id"])
    closed = "It is gated or private at the Hub." if said.get("gated") or said.get("private") else ""
    return Entry(
        key=key,
        source="" if closed else f"huggingface+{base}#{key}",
        title=key.rpartition("/")[2],
        name=key.rpartition("/")[2],
        problem=closed,
        revision=telling.line(said.get("sha") or said.get("lastModified"), 64),
    )
