"""OAI-PMH 2.0 endpoints as lists (http://www.openarchives.org/OAI/openarchivesprotocol.html).

The first look takes the whole list; later looks ask for what changed since, by the server's own clock. The
cursor keeps the resumption token, so that a list that was interrupted goes on where it was.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from fairhaven.catalog.drivers.oai import harvest, records
from fairhaven.catalog.drivers.oai.harvest import BEST_FIRST, Record, Told
from fairhaven.catalog.ports import Batch, CursorLost, Entry, Known, Listing, ListProblem, Option
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import SourceProblem

MOST_ASKED = 20_000  # questions of one look
OVERLAP = timedelta(minutes=5)  # servers date records a little before they tell them
WHOLE_EVERY = timedelta(days=7)  # where deletions are not told for ever
_KEPT_MARKS = 50  # of tokens, by which a circle is seen
_LONGEST_TOKEN = 2000


class Cursor(BaseModel):
    """Where a harvest stands. Between looks there is no token, and `since` is where the next begins."""

    model_config = ConfigDict(frozen=True)

    prefix: str
    token: str = ""
    since: str = ""
    following: str = ""  # from when on the next look asks
    whole: bool = True
    asked: int = 0
    marks: str = ""
    whole_at: datetime | None = None


@dataclass(frozen=True)
class _Harvest:
    listing: Listing
    guard: Guard

    @property
    def base(self) -> str:
        return self.listing.address


class OaiEndpoint:
    """Harvests an endpoint; each record is an item `oai+BASE#IDENTIFIER`, which is listed and never built."""

    label: ClassVar[str] = "OAI-PMH endpoint"
    example: ClassVar[str] = "https://zenodo.org/oai2d"
    builds: ClassVar[bool] = False
    options: ClassVar[Sequence[Option]] = (
        Option("set", "Set", "Only records of this set (setSpec)."),
        Option("prefix", "Format", "Left empty, the one that says most is taken.", choices=BEST_FIRST),
    )

    def recognise(self, address: str) -> Listing | None:
        """An address with a verb of the protocol, or whose path ends as endpoints' do."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return None
        asked = parse_qs(parts.query)
        base = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        if "verb" in asked:
            return Listing(base, {"set": asked["set"][0]} if "set" in asked else {})
        last = parts.path.rstrip("/").rpartition("/")[2].lower()
        known = last in ("oai", "oai2d", "oai2", "oai-pmh", "oaipmh", "oai.php", "oai_pmh")
        return Listing(base) if known and not parts.query else None

    async def entries(self, listing: Listing, cursor: str | None, guard: Guard) -> Batch:
        """One answer of `ListRecords`: some hundred records."""
        going = _read(cursor)
        here = _Harvest(listing, guard)
        if going is None or not going.token:
            return await _begun(here, going)
        return await _next(here, going, {"resumptionToken": going.token})


async def _begun(here: _Harvest, last: Cursor | None) -> Batch:
    identity = await harvest.identify(here.guard, here.base)
    wanted = here.listing.options.get("prefix", "")
    prefix = wanted or await harvest.best_prefix(here.guard, here.base)
    since = last.following if last and last.prefix == prefix else ""
    if last and not identity.keeps_deletions and (last.whole_at or _START) < _now() - WHOLE_EVERY:
        since = ""
    since = since if identity.seconds else since[:10]
    whole_at = last.whole_at if last and since else _now()
    begun = Cursor(prefix=prefix, since=since, whole=not since, whole_at=whole_at)
    arguments = {"metadataPrefix": prefix, "set": here.listing.options.get("set", ""), "from": since}
    return await _next(here, begun, {name: value for name, value in arguments.items() if value})


async def _next(here: _Harvest, at: Cursor, arguments: Mapping[str, str]) -> Batch:
    told = await harvest.records(here.guard, here.base, dict(arguments))
    at = _with(at, asked=at.asked + 1, following=at.following or _later(told, at))
    entries = [_entry(here, each, at.prefix) for each in told.records if each.identifier]
    if told.token:
        at = _going_on(at, told.token)
        return Batch(entries, at.model_dump_json(), more=True, total=told.total)
    ended = Cursor(prefix=at.prefix, following=at.following, whole_at=at.whole_at)
    return Batch(entries, ended.model_dump_json(), complete=at.whole, total=told.total)


def _going_on(at: Cursor, token: str) -> Cursor:
    """With the next token, unless it leads in a circle.

    Raises:
        ListProblem: it does.
    """
    mark = hashlib.sha256(token.encode()).hexdigest()[:8]
    marks = at.marks.split()
    if mark in marks or at.asked >= MOST_ASKED:
        raise ListProblem("The endpoint's list leads in a circle: a resumption token came again.")
    if len(token) > _LONGEST_TOKEN:
        raise ListProblem("The endpoint's resumption token is too long.")
    return _with(at, token=token, marks=" ".join([*marks, mark][-_KEPT_MARKS:]))


def _entry(here: _Harvest, record: Record, prefix: str) -> Entry:
    """A record as an entry; what is wrong with it is its problem alone."""
    source = records.source(here.base, record.identifier, here.listing.options.get("prefix", ""))
    if record.deleted:
        return Entry(record.identifier, "", deleted=True)
    if len(source) > 500 or len(record.identifier) > 300:
        return Entry(record.identifier, "", problem="Its identifier is too long.")
    try:
        told = records.content(record, prefix, here.base)
    except SourceProblem as problem:
        return Entry(record.identifier, "", problem=problem.detail)
    known = Known(told.revision, told.text, report=told.report)
    return Entry(record.identifier, source, told.title, name=records.name(record, told.title), known=known)


def _later(told: Told, at: Cursor) -> str:
    """From when on to ask next time: the server's clock at the first answer, less some minutes."""
    try:
        moment = datetime.fromisoformat(told.answered_at)
    except ValueError:
        return at.since
    return (moment.astimezone(UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(cursor: str | None) -> Cursor | None:
    try:
        return Cursor.model_validate_json(cursor) if cursor else None
    except ValidationError:
        raise CursorLost("The place in the list was lost.") from None


def _with(cursor: Cursor, **changes: object) -> Cursor:
    return cursor.model_copy(update=changes)


def _now() -> datetime:
    return datetime.now(UTC)


_START = datetime(1970, 1, 1, tzinfo=UTC)
