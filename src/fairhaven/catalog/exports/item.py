"""What is exported: a module or one release of it, with what the platform knows besides its metadata.

Where authors said nothing, exports that must not stay silent take what the platform knows (its own dates,
the repository's owner); `filled` names those, so that documents and pages can say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from fairhaven.catalog.exports.graph import Iri
from fairhaven.catalog.exports.holdings import NOTHING, Holdings
from fairhaven.catalog.exports.vocabulary import eu_licence
from fairhaven.catalog.metadata import Agent, Dataset, File, Links, ModuleMetadata

NOT_STATED = "Not stated by the authors."
_SPDX = "https://spdx.org/licenses/"
_ROLES = {"training", "fine-tuning", "other"}


class NotExportable(Exception):
    """This item cannot be told in this format; the text says why and what would change it."""


@dataclass(frozen=True)
class Site:
    """The installation: who publishes, and under which address."""

    name: str
    url: str

    @property
    def catalog(self) -> Iri:
        return Iri(f"{self.url}/id/catalog")

    @property
    def publisher(self) -> Iri:
        return Iri(f"{self.url}/id/catalog#publisher")


@dataclass(frozen=True)
class Edition:
    """One release; `digest` names its content, `doi` its deposit; `described`: its interface is known."""

    version: str
    commit: str
    digest: str
    published: datetime
    doi: str | None = None
    holdings: Holdings = NOTHING
    described: bool = False


@dataclass(frozen=True)
class Licence:
    """A licence as an SPDX identifier or expression; `eu` is its name in the EU's vocabulary."""

    text: str
    iri: Iri | None
    eu: Iri | None

    @classmethod
    def of(cls, text: str) -> "Licence":
        simple = not any(each in text for each in " ()")
        spdx = Iri(f"{_SPDX}{quote(text)}") if simple and not text.startswith("LicenseRef-") else None
        return cls(text, spdx, eu_licence(text) if simple else None)


@dataclass(frozen=True)
class Item:
    """A module, or with `pinned` exactly its release `edition`, whose own words `metadata` are then.

    `concept_doi` is the DOI of all the deposits of the module together; `told` is what others say where the
    authors are silent, by field: `{"value": …, "source": "GitHub", …}`.
    """

    name: str
    metadata: ModuleMetadata
    site: Site
    commit: str
    registered: datetime
    changed: datetime
    edition: Edition | None = None
    pinned: bool = False
    licence_text: str | None = None
    withdrawn: datetime | None = None
    concept_doi: str | None = None
    public: bool = True
    told: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def concept(self) -> Iri:
        """The module's persistent identifier, whatever its release."""
        return Iri(f"{self.site.url}/id/module/{quote(self.name)}")

    @property
    def id(self) -> Iri:
        """The persistent identifier of what is described."""
        return Iri(f"{self.concept}@{version_in(self.version)}") if self.pinned else self.concept

    @property
    def page(self) -> Iri:
        return Iri(f"{self.site.url}/catalog/{quote(self.name)}")

    def part(self, name: str) -> Iri:
        """A name for a part of the description."""
        return Iri(f"{self.id}#{quote(name)}")

    @property
    def doi(self) -> str | None:
        """A release's is that of its deposit; a module's what its authors say, else that of its deposits."""
        if self.pinned and self.edition and self.edition.doi:
            return self.edition.doi
        return self.metadata.doi or (None if self.pinned else self.concept_doi)

    @property
    def version(self) -> str:
        """The release's version, else what the metadata says, else the commit."""
        return (self.edition.version if self.edition else None) or self.metadata.version or self.commit[:17]

    @property
    def created(self) -> date:
        """When the module was made: as the authors say, else its forge; else when it came here."""
        if self.metadata.dates:
            return self.metadata.dates.created
        return self._told_day("created") or self.registered.date()

    @property
    def modified(self) -> date:
        """When the description last changed; a release's own date once it is pinned."""
        if self.pinned and self.edition:
            return self.edition.published.date()
        if self.metadata.dates:
            return self.metadata.dates.updated
        return self._told_day("pushed") or self.changed.date()

    def _told_day(self, name: str) -> date | None:
        known = self.told.get(name)
        return datetime.fromisoformat(known["value"]).date() if known else None

    @property
    def links(self) -> Links:
        """The addresses that the authors name, and those that only others name."""
        said = self.metadata.links
        names = (name for name in ("homepage", "issues") if name in self.told and not getattr(said, name))
        return said.model_copy(update={name: self.told[name]["value"] for name in names})

    @property
    def published(self) -> date:
        dates = self.metadata.dates
        if self.edition:
            return self.edition.published.date()
        return (dates.published if dates else None) or self.created

    @property
    def stamp(self) -> datetime:
        """When the record last changed, to the second: what harvesters ask for."""
        return (self.withdrawn or self.changed).astimezone(UTC).replace(microsecond=0)

    @cached_property
    def creators(self) -> Sequence[Agent]:
        """The authors; where none is named, the owner of the repository."""
        return self.metadata.authors or (_owner(self.metadata.links.source_code),)

    @property
    def publisher(self) -> Agent:
        """Who published it; where nobody is named, this installation."""
        own = Agent(name=self.site.name, type="organisation", url=self.site.url)
        return self.metadata.publisher or own

    @cached_property
    def licence(self) -> Licence | None:
        text = self.metadata.license or self.licence_text
        return Licence.of(text) if text else None

    @cached_property
    def files(self) -> Sequence[File]:
        """The files that are described; without any, the weights that a link names, or the source code."""
        links = self.metadata.links
        if self.metadata.files:
            return [self._as_held(each) for each in self.metadata.files]
        if links.weights:
            return (File(path=_tail(links.weights, "weights"), role="weights", url=links.weights),)
        return (File(path=_tail(links.source_code, "source code"), role="code", url=links.source_code),)

    def _as_held(self, file: File) -> File:
        """A file without an address, as the release holds it: there its size and checksum are certain."""
        release = self.release
        held = self.edition.holdings.offered(file.path) if self.edition and not file.url else None
        if held is None or release is None:
            return file
        place = f"{release}/files/{quote(file.path)}"
        known = {"url": place, "size_bytes": held.size, "sha256": held.sha256, "format": held.type}
        return file.model_copy(update=known)

    @property
    def release(self) -> Iri | None:
        """The persistent identifier of the release, also where the module is described with its latest."""
        return Iri(f"{self.concept}@{version_in(self.edition.version)}") if self.edition else None

    @property
    def interface(self) -> Iri | None:
        """Where the release's interface is described, as OpenAPI."""
        return Iri(f"{self.release}/openapi.json") if self.edition and self.edition.described else None

    def file_address(self, file: File) -> str:
        """Where a file lies: its own address, else its place in the repository."""
        return file.url or f"{self.metadata.links.source_code.rstrip('/')}#{quote(file.path)}"

    @cached_property
    def datasets(self) -> Sequence[Dataset]:
        """The data sets that are described, or the one that a link names."""
        link = self.metadata.links.dataset
        if self.metadata.datasets or not link:
            return self.metadata.datasets
        return (Dataset(name=f"Data set of {self.metadata.title}", url=link),)

    def dataset_id(self, number: int) -> Iri:
        """The name of the data set at that place, counted from 1."""
        return self.part(f"dataset-{number}")

    def datasets_for(self, *roles: str) -> Sequence[tuple[Iri, Dataset]]:
        """The data sets of some roles with their names; `training` takes those of no clear role too."""
        wanted = _ROLES if "training" in roles else set(roles)
        numbered = enumerate(self.datasets, start=1)
        return [(self.dataset_id(number), each) for number, each in numbered if each.role in wanted]

    @property
    def keywords(self) -> Sequence[str]:
        return self.metadata.tags

    @cached_property
    def filled(self) -> Mapping[str, str]:
        """What the platform added where the authors said nothing: the field, and where it is from."""
        known = self.metadata
        missing = {
            "authors": (known.authors, "the owner of the repository"),
            "publisher": (known.publisher, "this installation"),
            "dates": (
                known.dates,
                self._source("created") or "when the module was registered and last changed",
            ),
            "license": (known.license or not self.licence, self._source("license") or "the repository"),
            "version": (known.version or not self.edition, "the release"),
        }
        own = {name: source for name, (said, source) in missing.items() if not said}
        links = (name for name in ("homepage", "issues") if getattr(self.links, name) and name in self.told)
        return {**own, **{name: self._source(name) for name in links}}

    def _source(self, name: str) -> str:
        return str(self.told[name]["source"]) if name in self.told else ""

    def at(self, edition: Edition) -> "Item":
        """One release of this module."""
        return replace(self, edition=edition, pinned=True, commit=edition.commit)


def version_in(version: str) -> str:
    """A version as it stands in an address."""
    return quote(version, safe="+!~._-")


def agent_id(agent: Agent) -> Iri | None:
    """The name of a person or organisation that is known everywhere: ORCID or ROR."""
    if agent.orcid:
        return Iri(f"https://orcid.org/{agent.orcid}")
    return Iri(f"https://ror.org/{agent.ror}") if agent.ror else None


def _owner(source: str) -> Agent:
    parts = urlsplit(source)
    path = parts.path.strip("/").split("/")
    host = parts.hostname or "unknown"
    if len(path) < 2:
        return Agent(name=host, type="organisation", url=f"https://{host}")
    return Agent(name=path[0], type="organisation", url=f"https://{host}/{path[0]}")


def _tail(address: str, otherwise: str) -> str:
    return urlsplit(address).path.rstrip("/").rpartition("/")[2] or otherwise
