"""Looking into a repository before and while it is a module: its commit, and what its metadata says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fairhaven.catalog import metadata
from fairhaven.catalog.metadata import ModuleMetadata, Problem, Report
from fairhaven.catalog.schemas import SourceSpec
from fairhaven.catalog.schemas.readmes import Readme
from fairhaven.catalog.service import readmes
from fairhaven.core import sources
from fairhaven.core.errors import Invalid
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform
from fairhaven.core.schemas import FieldError
from fairhaven.core.sources import Revision

METADATA_FILE = "ai4-metadata.yml"


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
    """A source that can be registered: where it stands, its sound metadata with warnings, its README."""

    revision: Revision
    metadata: ModuleMetadata
    problems: tuple[Problem, ...]
    readme: Readme | None = None


async def inspect(platform: Platform, spec: SourceSpec) -> Inspected:
    """Look at the source now. Talks to the network: never inside a transaction.

    Raises:
        SourceProblem: the source cannot be read; the kinds are in `core.sources`.
        MetadataInvalid: its metadata has errors.
    """
    revision = await head(platform, spec)
    report, readme = await read(platform, spec, revision)
    if report.metadata is None:
        raise MetadataInvalid(report.problems)
    return Inspected(revision, report.metadata, report.problems, readme)


async def head(platform: Platform, spec: SourceSpec) -> Revision:
    settings = platform.settings
    return await sources.head(
        spec.url, spec.branch, allow_folders=settings.local_folders, guard=guard_of(settings)
    )


async def read(platform: Platform, spec: SourceSpec, revision: Revision) -> tuple[Report, Readme | None]:
    """Read and check the metadata at a revision; the README comes along."""
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
    report = await asyncio.to_thread(metadata.parse, files[METADATA_FILE], filename=METADATA_FILE)
    return report, readmes.taken(files, revision.commit)


def _said(problem: Problem) -> str:
    return f"{problem.message} {problem.suggestion}".strip()
