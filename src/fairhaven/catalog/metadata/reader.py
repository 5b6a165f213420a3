"""From the text of an `ai4-metadata.yml` to a report: decode, read, check, normalise."""

from dataclasses import dataclass

from fairhaven.catalog.metadata import document
from fairhaven.catalog.metadata.advice import check_advice
from fairhaven.catalog.metadata.document import MapNode, Node
from fairhaven.catalog.metadata.findings import Findings
from fairhaven.catalog.metadata.normalise import normalise
from fairhaven.catalog.metadata.report import Report
from fairhaven.catalog.metadata.rules import check_rules
from fairhaven.catalog.metadata.schema_checks import check_schema, declared_version
from fairhaven.catalog.metadata.schemas import newest_version
from fairhaven.catalog.metadata.syntax import Broken

MAX_BYTES = 256 * 1024


def parse(text: str | bytes, *, filename: str = "ai4-metadata.yml") -> Report:
    """Read and check the content of a metadata file; no content makes it raise.

    Args:
        text: the file's content, as bytes (UTF-8, with or without BOM) or already decoded.
        filename: the name that problems carry.

    Raises:
        SchemaMissing: the package `ai4-metadata` is not installed.
    """
    return check(text, filename).report


@dataclass(frozen=True)
class Checked:
    """A file that was read: its text, its tree unless it cannot be read, and what was found."""

    text: str
    root: MapNode | None
    findings: Findings
    report: Report


def check(text: str | bytes, filename: str) -> Checked:
    """As `parse`, with the tree and the text that it stands in."""
    readable, broken = decode(text)
    findings = Findings(filename, readable)
    if broken is not None:
        findings.error((), broken.offset, broken.message, broken.suggestion)
    root = _root(readable, findings) if broken is None else None
    if root is None:
        return Checked(readable, None, findings, Report(metadata=None, problems=findings.problems()))
    check_rules(root, findings)
    check_schema(root, findings)
    if declared_version(root)[0] == "3":
        check_advice(root, findings)
    metadata = None if findings.failed else normalise(root)
    return Checked(readable, root, findings, Report(metadata=metadata, problems=findings.problems()))


def decode(text: str | bytes) -> tuple[str, Broken | None]:
    """The text up to the first thing that is no UTF-8, and what is wrong there."""
    try:
        data = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError as error:
        before = str(error.object)[: error.start]
        return before, Broken(len(before), "Half of a surrogate pair stands here.", "Remove the character.")
    if len(data) > MAX_BYTES:
        message = f"The file is too big: {len(data) / 1024:.0f} KiB, and 256 KiB are allowed."
        return "", Broken(0, message, "Move long texts into the README.")
    try:
        return data.decode().removeprefix("\ufeff"), None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        message = f"The file is not UTF-8: the byte 0x{data[error.start]:02x} is no character."
        return before, Broken(len(before), message, "Save the file as UTF-8.")


def _root(text: str, findings: Findings) -> MapNode | None:
    node = document.read(text, findings)
    if isinstance(node, MapNode) and node.entries:
        return node
    if not findings.failed:
        message = "The file is empty." if _is_empty(node) else "The file must hold `key: value` lines."
        offset = node.start if node else 0
        findings.error((), offset, message, f"Begin with `metadata_version: {newest_version()}`.")
    return None


def _is_empty(node: Node | None) -> bool:
    return node is None or not document.plain(node)
