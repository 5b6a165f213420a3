"""What an endpoint's answers say: who it is, its formats, records and headers, and where its list goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairhaven.catalog.drivers.oai.asking import ListRefused, ask
from fairhaven.catalog.drivers.oai.xml import Element
from fairhaven.catalog.ports import ListProblem
from fairhaven.core.outbound import Guard

# From the one that says most of a model to the one that everybody has.
BEST_FIRST = ("mldcat-ap", "oai_datacite", "datacite", "oai_dc")


@dataclass(frozen=True)
class Identity:
    """What `Identify` says: whether it knows seconds, whether it tells of deletions for ever."""

    seconds: bool
    keeps_deletions: bool


@dataclass(frozen=True)
class Record:
    """One record; `metadata` is the element inside of `<metadata>`, none for what was deleted."""

    identifier: str
    datestamp: str
    deleted: bool
    metadata: Element | None


@dataclass(frozen=True)
class Told:
    """A part of the list: its records, the token that leads on (empty at the end), and the server's clock."""

    records: Sequence[Record]
    token: str
    total: int | None
    answered_at: str


async def identify(guard: Guard, base: str) -> Identity:
    """
    Raises:
        ListProblem: as `ask`; or it is not version 2.0.
    """
    said = (await ask(guard, base, {"verb": "Identify"})).first("Identify")
    if said is None or said.said("protocolVersion") not in ("2.0", ""):
        raise ListProblem("The endpoint does not speak OAI-PMH 2.0.")
    return Identity(
        seconds=said.said("granularity").upper() == "YYYY-MM-DDTHH:MM:SSZ",
        keeps_deletions=said.said("deletedRecord") == "persistent",
    )


async def best_prefix(guard: Guard, base: str, *, identifier: str = "") -> str:
    """The format that says most, of those that the endpoint has (for one item, if named).

    Raises:
        ListProblem: as `ask`; or it has none that is read here.
    """
    about = {"identifier": identifier} if identifier else {}
    root = await ask(guard, base, {"verb": "ListMetadataFormats", **about})
    listed = root.first("ListMetadataFormats")
    offered = [each.said("metadataPrefix") for each in listed.all("metadataFormat")] if listed else []
    for prefix in BEST_FIRST:
        if prefix in offered:
            return prefix
    known = ", ".join(BEST_FIRST)
    raise ListProblem(f"The endpoint has none of the formats that are read here: {known}.")


async def records(guard: Guard, base: str, arguments: dict[str, str]) -> Told:
    """A part of `ListRecords`; no record that fits is an empty list.

    Raises:
        CursorLost, ListProblem: as `ask`.
    """
    try:
        root = await ask(guard, base, {"verb": "ListRecords", **arguments})
    except ListRefused as refused:
        if refused.code == "noRecordsMatch":
            return Told((), "", None, "")
        raise
    listed = root.first("ListRecords")
    if listed is None:
        raise ListProblem("The endpoint's answer holds no list.")
    token = listed.first("resumptionToken")
    size = token.get("completeListSize") if token else ""
    return Told(
        records=[_record(each) for each in listed.all("record")],
        token=token.text.strip() if token else "",
        total=int(size) if size.isascii() and size.isdigit() and len(size) < 10 else None,
        answered_at=root.said("responseDate"),
    )


async def record(guard: Guard, base: str, identifier: str, prefix: str) -> Record | None:
    """One record, None when there is none.

    Raises:
        ListProblem: as `ask`.
    """
    asked = {"verb": "GetRecord", "identifier": identifier, "metadataPrefix": prefix}
    try:
        root = await ask(guard, base, asked)
    except ListRefused as refused:
        if refused.code in ("idDoesNotExist", "cannotDisseminateFormat"):
            return None
        raise
    listed = root.first("GetRecord")
    found = listed.first("record") if listed else None
    return _record(found) if found else None


def _record(element: Element) -> Record:
    header = element.first("header") or Element("header")
    inside = element.first("metadata")
    return Record(
        identifier=header.said("identifier"),
        datestamp=header.said("datestamp"),
        deleted=header.get("status") == "deleted",
        metadata=inside.children[0] if inside and inside.children else None,
    )
