"""The story of a build, top to bottom: checkout, metadata, environment, tests, probe, publish.

Each stage is done once, even when the platform is killed in between: what ended is not repeated, and the
stage that was interrupted begins again. All of the module's code runs closed in. At the end the work folder
goes.
"""

import asyncio
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.builds import environments, logs, probing, progress, reports
from fairhaven.builds.schemas import StageName, State
from fairhaven.builds.work import BuildOver, Outcome, StageFailed, Work
from fairhaven.catalog import metadata as catalog_metadata
from fairhaven.catalog import service as catalog
from fairhaven.catalog.schemas import NewRelease, Release
from fairhaven.core import bundles, sources
from fairhaven.core.bundles import archive, uv
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform
from fairhaven.core.sandbox import Sandbox
from fairhaven.identity import service as identity

METADATA_FILE = "ai4-metadata.yml"
NO_TESTS_COLLECTED = 5  # pytest's exit code


async def run(platform: Platform, build_id: UUID) -> None:
    """Run a build, or continue it; nothing happens when it has ended or somebody else runs it."""
    async with progress.alone(platform, build_id) as mine:
        if not mine:
            return
        build = await progress.begin(platform, build_id)
        if build is not None:
            await _tell(Work.of(platform, build))
        await asyncio.to_thread(archive.remove, logs.folder(platform, build_id))


async def _tell(work: Work) -> None:
    work.folder.mkdir(parents=True, exist_ok=True)
    if not work.evidence:
        await logs.delete(work.platform, work.build.id)  # of an earlier attempt
    try:
        await work.through(StageName.CHECKOUT, checkout)
        await work.through(StageName.METADATA, metadata)
        await work.through(StageName.ENVIRONMENT, environment)
        await work.through(StageName.TESTS, tests)
        await work.through(StageName.PROBE, probe)
        await work.through(StageName.PUBLISH, bundle, ending=publish)
    except BuildOver:
        return


async def checkout(work: Work) -> Outcome:
    """Bring the files of the commit."""
    async with work.platform.transaction() as session:
        module = await catalog.module_by_id(session, work.build.module_id)
    try:
        catalog.check_runs(module)  # it may have waited for long
    except catalog.ListedOnly as problem:
        raise StageFailed(f"{problem.title}. {problem.detail}", fix=problem.remedy or "") from None
    work.note(f"{module.source} at {work.build.commit}")
    found = await sources.checkout(
        module.source,
        work.build.commit,
        work.source,
        branch=module.branch,
        allow_folders=work.platform.settings.local_folders,
        guard=guard_of(work.platform.settings),
    )
    work.note(f"{found.files} files, {found.size} bytes")
    for name in found.lfs_pointers:
        work.note(f"warning: {name} is kept in Git LFS; only the pointer to it is here")
    for name in found.submodules:
        work.note(f"warning: {name} is a submodule, and was left out")
    return Outcome(
        {
            "commit": work.build.commit,
            "files": found.files,
            "bytes": found.size,
            "lfs_pointers": list(found.lfs_pointers)[:50],
            "submodules": list(found.submodules)[:50],
        }
    )


async def metadata(work: Work) -> Outcome:
    """Read `ai4-metadata.yml` strictly; warnings stay as evidence."""
    try:
        content = await asyncio.to_thread(reports.read, work.source / METADATA_FILE)
    except reports.Unreadable as error:
        raise StageFailed(
            f"`{METADATA_FILE}` cannot be read: {error}.", fix="Add it to the top folder."
        ) from None
    report = await asyncio.to_thread(catalog_metadata.parse, content)
    for problem in report.problems:
        work.note(str(problem))
    problems = [problem.model_dump(mode="json") for problem in report.problems]
    if not report.valid:
        first, count = report.errors[0], len(report.errors)
        more = f" (and {count - 1} more)" if count > 1 else ""
        raise StageFailed(
            str(first) + more, fix="Correct the file and commit.", evidence={"problems": problems}
        )
    work.note("The metadata is sound.")
    return Outcome({"problems": problems, "warnings": len(report.warnings)})


async def environment(work: Work) -> Outcome:
    """Choose a Python, build the module's wheel, lock its dependencies, install all of it."""
    await identity.check_apart(work.platform, await Sandbox.detect())
    for name in ("module", "dist", "building", "env", "pycache"):
        await asyncio.to_thread(archive.remove, work.folder / name)
    await asyncio.to_thread(shutil.copytree, work.source, work.copy, symlinks=True)
    pyproject = environments.project(work.source)
    cache = uv.shared_cache(work.platform.data)
    python = await uv.find_python(environments.wanted_python(pyproject), cwd=work.folder, cache=cache)
    wheel = await environments.build_wheel(work, python)
    locked = await environments.lock(work, wheel, python)
    await environments.create(work, python)
    tested_by = await environments.install(work, wheel, locked, pyproject, tests=has_tests(work.source))
    return Outcome(
        {
            "python": uv.python_version(work.environment),
            "name": wheel.name,
            "version": wheel.version,
            "wheel": wheel.path.name,
            "packages": locked.packages,
            "builds": locked.builds,
            "tests_from": tested_by,
        }
    )


async def tests(work: Work) -> Outcome:
    """Run the module's own tests, without network."""
    if not has_tests(work.source):
        work.note("There is no folder `tests`.")
        return Outcome({}, State.SKIPPED, "The module has no tests.")
    report = work.copy / ".fairhaven-tests.xml"
    await asyncio.to_thread(report.unlink, missing_ok=True)
    command: list[str | Path] = [
        work.python,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        "tests",
    ]
    work.note("$ pytest tests   # without network")
    limit = work.platform.settings.build_timeout
    done = await work.closed_in(command, home=work.copy, time_limit=limit)
    if done.timed_out:
        raise StageFailed(f"The tests took longer than {limit:g} s.", fix="Make them faster, or fewer.")
    if done.exit_code == NO_TESTS_COLLECTED:
        return Outcome({}, State.SKIPPED, "The module has no tests.")
    return Outcome(await asyncio.to_thread(_judged, report, done.exit_code))


async def probe(work: Work) -> Outcome:
    """Serve the module, without network, and keep what it says of itself."""
    await asyncio.to_thread(archive.remove, work.folder / "probe")
    found = await probing.probe(work)
    work.note(f"\nThe module was ready after {found['ready_after']} s and answered /v2/models/.")
    return Outcome(found)


async def bundle(work: Work) -> Outcome:
    """Make one immutable object of source, wheel and locked environment."""
    built = work.evidence[StageName.ENVIRONMENT]
    wheel = work.folder / "dist" / built["wheel"]
    lock = await asyncio.to_thread((work.folder / "requirements.txt").read_text)
    python = ".".join(built["python"].split(".")[:2])
    digest = await bundles.make(
        work.platform, work.source, lock, python, wheel=wheel, builds=bool(built["builds"])
    )
    work.note(f"sha256:{digest}")
    return Outcome({"version": built["version"], "digest": digest}, handed=await _said(work))


async def publish(work: Work, session: AsyncSession, bundled: Outcome) -> Release:
    """Tell the catalog of the release, in the transaction in which the build ends."""
    made = bundled.evidence
    return await catalog.publish(
        session,
        NewRelease(
            module_id=work.build.module_id,
            version=made["version"],
            commit=work.build.commit,
            digest=made["digest"],
            bundle=made["digest"],
            description=progress.clean(work.evidence[StageName.PROBE]["description"]),
            metadata=bundled.handed,
            build_id=work.build.id,
        ),
    )


async def _said(work: Work) -> dict[str, Any] | None:
    """What the module says of itself at this commit: the release keeps it."""
    content = await asyncio.to_thread(reports.read, work.source / METADATA_FILE)
    report = await asyncio.to_thread(catalog_metadata.parse, content)
    return report.metadata.model_dump(mode="json") if report.metadata else None


def has_tests(source: Path) -> bool:
    folder = source / "tests"
    return folder.is_dir() and not folder.is_symlink()


def _judged(report: Path, exit_code: int) -> dict[str, object]:
    try:
        found = reports.tests(report)
    except reports.Unreadable as error:
        raise StageFailed(
            f"The tests ended with exit code {exit_code} and no readable report ({error}).",
            fix="Run `pytest tests` in the repository and correct what it says.",
        ) from None
    if exit_code == 0 and not found["failed"]:
        return found
    count, first = found["failed"], found["failures"][:1]
    named = f", first {first[0]['test']}" if first else ""
    words = {0: f"The tests ended with exit code {exit_code}", 1: "1 test failed"}.get(
        count, f"{count} tests failed"
    )
    raise StageFailed(f"{words}{named}.", fix="Correct the code or the test, and commit.", evidence=found)
