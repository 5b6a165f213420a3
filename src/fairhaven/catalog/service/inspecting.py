"""Looking into a repository before and while it is a module: its commit, and what its metadata says."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairhaven.catalog import metadata
from fairhaven.catalog.metadata import ModuleMetadata, Problem, Report, Severity, lenient
from fairhaven.catalog.schemas import SourceSpec
from fairhaven.catalog.schemas.readmes import Readme
from fairhaven.catalog.service import readmes
from fairhaven.core import sources
from fairhaven.core.errors import Invalid
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform
from fairhaven.core.schemas import FieldError
from fairhaven.core.sources import NoMetadata, Revision

METADATA_FILE = "ai4-metadata.yml"
MOST_KEPT = 64 * 1024  # bytes of a metadata file's text; to edit a larger one would take seconds


class MetadataInvalid(Invalid):
    """The metadata has errors; `problems` are all of them with their lines, warnings included."""

    title = "The module's metadata is not right"
    fix = f"Correct {METADATA_FILE}, commit it, and try again."

    def __init__(self, problems: Sequence[Problem]) -> None:
        wrong = [each for each in problems if each.severity == "error"]
        many = "one error" if len(wrong) == 1 else f"{len(wrong)} errors"
        errors = [FieldError(field=f"{each.file}:{each.line}", message=_said(each)) for each in wrong]
        super().__init__(f"{METADATA_FILE} has {many}. {errors[0].field}: {errors[0].message}", errors=errors)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Inspected:
    """A source as a module shows it: where it stands, what its metadata says and what is wrong, its README.

    Attributes:
        valid: whether the metadata has no errors; else it is what could be read of it.
        file: the text of its metadata file; empty where none is kept.
    """

    revision: Revision
    metadata: ModuleMetadata
    problems: tuple[Problem, ...]
    readme: Readme | None = None
    valid: bool = True
    file: str = ""


async def inspect(platform: Platform, spec: SourceSpec, *, allow_invalid: bool = False) -> Inspected:
    """Look at the source now. Talks to the network: never inside a transaction.

    Args:
        allow_invalid: take what can be read of metadata that has errors, or of none at all.

    Raises:
        SourceProblem: the source cannot be read; the kinds are in `core.sources`.
        NoMetadata: it has no metadata.
        MetadataInvalid: its metadata has errors.
    """
    revision = await head(platform, spec)
    try:
        found = await read(platform, spec, revision)
    except NoMetadata as missing:
        if not allow_invalid:
            raise
        return nothing(spec, revision, missing)
    if not found.valid and not allow_invalid:
        raise MetadataInvalid(found.problems)
    return found


async def head(platform: Platform, spec: SourceSpec) -> Revision:
    settings = platform.settings
    return await sources.head(
        spec.url, spec.branch, allow_folders=settings.local_folders, guard=guard_of(settings)
    )


async def read(platform: Platform, spec: SourceSpec, revision: Revision) -> Inspected:
    """Read and check the metadata at a revision; the README comes along.

    Raises:
        SourceProblem: the source cannot be read.
        NoMetadata: it has no metadata.
    """
    settings = platform.settings
    files = await sources.read_files(
        spec.url,
        revision,
        METADATA_FILE,
        first_of=readmes.FILES,
        allow_folders=settings.local_folders,
        guard=guard_of(settings),
    )
    # Checking 256 kB of hostile YAML takes a second of processor time.
    return await asyncio.to_thread(_checked, spec, revision, files)


async def told(spec: SourceSpec, revision: Revision, text: bytes, report: Report | None) -> Inspected:
    """What a list says of one of its entries, its metadata with it. Asks nobody."""
    if report and report.metadata:
        return Inspected(revision, report.metadata, report.problems, file=_text(text))
    return await asyncio.to_thread(_checked, spec, revision, {METADATA_FILE: text})


def nothing(spec: SourceSpec, revision: Revision, missing: NoMetadata) -> Inspected:
    """What a source without metadata is: its name, and that problem."""
    problem = Problem(
        severity=Severity.ERROR,
        path="",
        line=1,
        column=1,
        message=missing.detail,
        suggestion=missing.remedy or "",
        file=METADATA_FILE,
    )
    return Inspected(revision, _guess(spec, b""), (problem,), valid=False)


def _checked(spec: SourceSpec, revision: Revision, files: Mapping[str, bytes]) -> Inspected:
    text = files[METADATA_FILE]
    report = metadata.parse(text, filename=METADATA_FILE)
    content = report.metadata or _guess(spec, text)
    readme = readmes.taken(files, revision.commit)
    return Inspected(revision, content, report.problems, readme, valid=report.valid, file=_text(text))


def _text(content: bytes) -> str:
    """A metadata file as text to keep; none where it is too large for that, or no text."""
    if len(content) > MOST_KEPT or b"\0" in content:
        return ""
    return content.decode("utf-8-sig", "ignore")


def _guess(spec: SourceSpec, text: bytes) -> ModuleMetadata:
    address = sources.read(spec.url)
    web = address.text if address.text.startswith(("https:", "http:")) else ""
    return lenient.guess(text, name=address.name or "module", source=web)


def _said(problem: Problem) -> str:
    return f"{problem.message} {problem.suggestion}".strip()
