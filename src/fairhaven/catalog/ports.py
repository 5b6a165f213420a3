"""Ports of the catalog, which drivers implement.

`ExternalCatalog` is for lists of modules elsewhere, which a feed follows. A driver is a class without
arguments, named by an entry point of group `fairhaven.catalogs` whose name is the list's kind. A list is
addressed as `KIND+ADDRESS`, such as `oai+https://zenodo.org/oai2d`; drivers see the part behind the `+`.

What its entries name are sources as people would type them: addresses of repositories, or items for which a
driver of `fairhaven.origins` answers (`core.sources.origins`). The service registers them, follows, names,
retries and removes; a driver only reads lists.

`Depository` is for places where releases are deposited and get a DOI. A driver is found by the scheme of its
address in the settings (entry points `fairhaven.depositories`): `inveniordm+https://zenodo.org`.

`Forge` is for what forges know of repositories beside their files (entry points `fairhaven.forges`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import JsonValue

from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.metadata import Report
from fairhaven.core.errors import Problem, UpstreamFailed
from fairhaven.core.outbound import Guard

MOST_AT_ONCE = 500  # entries of a batch


@dataclass(frozen=True)
class Option:
    """Something about a list that a person may choose beside its address; a form asks for it."""

    name: str
    label: str
    help: str = ""
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class Listing:
    """A list as a feed keeps it: its address without `KIND+`, and the options that were given."""

    address: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What a list tells of an entry beside its name, so that nobody needs to ask for it again.

    It must be what the entry's origin would say: `Standing.revision`, and the bytes of `metadata`. `report`
    is what reading those tells, if the driver read them already.
    """

    revision: str
    metadata: bytes
    builds: bool = False
    report: Report | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a list. `key` names it in this list for ever (at most 500 characters).

    `name`: what its module is to be called in addresses, as near as it may; else the source's last part is.
    `deleted`: the list says that it is no more; `source` may then be empty. `problem`: the list has it, but
    it cannot be a module, and why; people see the sentence. `revision`: any mark that changes when the entry
    does, when the list has one: the module is then looked at when it changes, and else seldom.
    """

    key: str
    source: str
    title: str = ""
    name: str = ""
    branch: str | None = None
    deleted: bool = False
    problem: str = ""
    revision: str = ""
    known: Known | None = None


@dataclass(frozen=True)
class Batch:
    """The next entries of a list, at most `MOST_AT_ONCE`.

    `cursor` is where to go on, kept with the entries in one transaction, and given back as it is (at most
    4,000 characters; it outlasts restarts): at once when there is `more`, else at the next look, which may
    then ask only for what is new since. `complete`: with this batch all entries were told since the look
    began, so that those which were not told are gone from the list.
    `total`: how many entries the list has, when it says so; `pause`: seconds that the server wants to be left
    alone before the next question.
    """

    entries: Sequence[Entry] = ()
    cursor: str | None = None
    more: bool = False
    complete: bool = False
    total: int | None = None
    pause: float = 0.0


class ListProblem(Problem):
    """The list cannot be read now."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The list cannot be read"

    def __init__(self, detail: str, *, fix: str | None = None, wait: float = 0.0) -> None:
        """`wait`: seconds for which the server wants to be left alone."""
        super().__init__(detail, fix=fix)
        self.wait = wait


class CursorLost(ListProblem):
    """The list cannot go on from the cursor that was given."""


class ExternalCatalog(Protocol):
    """Reads lists of one kind. Asks only through the guard, bounded in time and size."""

    # What people call such a list: "OAI-PMH endpoint".
    label: ClassVar[str]
    # How an address of one looks, shown in the form.
    example: ClassVar[str]
    options: ClassVar[Sequence[Option]]
    # Whether its entries can be built and run; else they are listed only.
    builds: ClassVar[bool]

    def recognise(self, address: str) -> Listing | None:
        """The list that an address pasted from a browser names, if it is plainly one of this kind.

        Asks nobody.
        """

    async def entries(self, listing: Listing, cursor: str | None, guard: Guard) -> Batch:
        """The next entries from `cursor` on; None begins anew. One question of the list, or a few.

        Raises:
            ListProblem: the list cannot be read now; the sentence is shown, and it is tried again later.
            CursorLost: it cannot go on from there; the look begins anew.
        """


@dataclass(frozen=True)
class Wish:
    """What a deposit is to be: a release, and what the module has at this depository already.

    `item.id` is the persistent identifier by which drafts are found again. `previous_id` is the record of
    the release before (its next version is made), `previous_doi` its DOI.
    """

    item: Item
    previous_id: str | None = None
    previous_doi: str | None = None


@dataclass(frozen=True)
class Deposited:
    """A draft or record as it stands there; `page` is where people look at it."""

    id: str
    page: str
    doi: str | None
    concept_doi: str | None
    published: bool


@dataclass(frozen=True)
class Piece:
    """A file to deposit: its name there, and its MD5 in hexadecimal."""

    name: str
    path: Path
    size: int
    md5: str


class DepositoryRefused(Problem):
    """It will not take the deposit as it is; the detail says what it said."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The depository refused it"


class DepositoryFailed(UpstreamFailed):
    """It did not answer, or said that it cannot now: what was asked may be done or not."""

    title: ClassVar[str] = "The depository did not do it"
    fix: ClassVar[str] = "It is tried again by itself; look at the depository's own status page."


class Depository(Protocol):
    """A place where releases are deposited. Each verb may be asked again without harm, whatever came of it.

    Each raises `DepositoryRefused` when asking again would not help, and `DepositoryFailed` when it might.
    """

    async def draft(self, token: str, wish: Wish) -> Deposited:
        """The draft of this wish, made unless there is one that bears its identifier, with a DOI reserved.

        It may be that the record is there and published already.
        """

    async def upload(self, token: str, id: str, piece: Piece) -> None:
        """See that the draft has this file, with this checksum."""

    async def describe(self, token: str, id: str, wish: Wish) -> Deposited:
        """Say in the draft what it is; everything that the depository demands must be there."""

    async def publish(self, token: str, id: str) -> Deposited:
        """Make the draft public for ever, unless it is."""

    async def find(self, token: str, id: str) -> Deposited | None:
        """How a draft or record stands."""

    async def discard(self, token: str, id: str) -> None:
        """Throw a draft away; one that is gone is no error."""


@dataclass(frozen=True)
class Question:
    """One thing to ask of a forge: the path below its API; left out once `unless` is known."""

    path: str
    unless: str = ""


class Forge(Protocol):
    """Knows the API of one kind of forge: what to ask of a repository, and what the answers say.

    A driver is a class without arguments, named by an entry point of group `fairhaven.forges`. It asks nobody
    itself: the service does, with its limits, and remembers what did not change.
    """

    # What people call it where its host is no better name: "GitHub".
    label: ClassVar[str]
    # Hosts of which it is known that they are of this kind.
    hosts: ClassVar[Sequence[str]]
    # Where a forge of this kind tells that it is one, below the address of its pages; "" if it does not.
    greeting: ClassVar[str]

    def api(self, web: str) -> str:
        """Where the API of the forge is whose pages are at `web`, both without a slash at the end."""

    def greets(self, status: int, answer: JsonValue) -> bool:
        """Whether the answer at `greeting` is one of a forge of this kind."""

    def headers(self, token: str | None) -> Mapping[str, str]:
        """What goes along with every question."""

    def questions(self, repository: str) -> Mapping[str, Question]:
        """What to ask, by a name that stays; `repository` is `owner/name`, perhaps with groups between."""

    def read(self, question: str, answer: JsonValue) -> Mapping[str, JsonValue]:
        """What an answer says, by the names of `FILLED`; what it leaves open is left out.

        Raises:
            ValueError: it is no answer to this question.
        """


# What a forge, or the history of a repository, may say where authors are silent.
FILLED = (
    "license",  # an SPDX expression
    "created",  # moments, ISO 8601
    "pushed",
    "contributors",  # names
    "stars",
    "latest_release",  # {name, url, at}
    "topics",
    "default_branch",
    "archived",
    "homepage",  # addresses
    "issues",
)
