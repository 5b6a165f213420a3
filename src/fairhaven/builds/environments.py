"""A module's environment: its own wheel, built closed in; its dependencies, locked; all of it installed.

Dependencies are taken as wheels, which runs no code. Only when one exists as source alone is it built, closed
in like the module itself and with a cache of its own, so that no build can spoil what others use.
"""

import re
import tomllib
import zipfile
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from fairhaven.builds import reports
from fairhaven.builds.work import StageFailed, Work
from fairhaven.core.bundles import uv
from fairhaven.core.processes import Completed

TEST_EXTRAS = ("test", "tests", "testing")
LARGEST_METADATA = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,100}")
_VERSIONS = "Change the versions in `pyproject.toml`."
_NOT_BUILT = ("--no-build", "building from source is disabled", "building source distributions is disabled")


@dataclass(frozen=True)
class Wheel:
    """A built module; `extras` are those that it offers."""

    path: Path
    name: str
    version: str
    extras: tuple[str, ...]


@dataclass(frozen=True)
class Lock:
    """Exact requirements with hashes; `builds`: some exist as source only."""

    path: Path
    packages: int
    builds: bool


def project(source: Path) -> dict[str, Any]:
    """What `pyproject.toml` says, empty when the module has an older kind of set-up.

    Raises:
        StageFailed: there is no set-up at all, or it cannot be read.
    """
    file = source / "pyproject.toml"
    if file.is_symlink() or not file.is_file():
        if (source / "setup.py").is_file() or (source / "setup.cfg").is_file():
            return {}
        raise StageFailed(
            "The repository has no `pyproject.toml`, so nobody knows how to install the module.",
            fix="Add one that names its dependencies and its entry point `deepaas.v2.model`.",
        )
    try:
        return tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StageFailed(
            f"`pyproject.toml` cannot be read: {error}.", fix="Correct it and commit."
        ) from None


def wanted_python(pyproject: dict[str, Any]) -> str:
    wanted = pyproject.get("project", {}).get("requires-python", "")
    return wanted if isinstance(wanted, str) else ""


async def build_wheel(work: Work, python: Path) -> Wheel:
    """Build the module itself from the copy of its source.

    Raises:
        StageFailed: its build fails.
    """
    built = work.folder / "dist"
    uv_work = work.folder / "building"
    for folder in (built, uv_work):
        folder.mkdir()
    work.note(f"$ uv build --wheel   # with {python}")
    done = await uv.closed_in(
        ["build", "--wheel", "--python", str(python), "--out-dir", str(built), str(work.copy)],
        work=uv_work, writable=[built, work.copy], read_only=[python.parent.parent],
        time_limit=work.platform.settings.build_timeout, log=work.log,
    )  # fmt: skip
    _check(
        done, work, "The module cannot be built", "Run `uv build` in the repository and correct what it says."
    )
    return read_wheel(built)


def read_wheel(folder: Path) -> Wheel:
    """The one wheel in the folder. Foreign code wrote it: nothing of it is believed before it was looked at.

    Raises:
        StageFailed: there is not exactly one, or it is no wheel.
    """
    found = [path for path in folder.glob("*.whl") if path.is_file() and not path.is_symlink()]
    if len(found) != 1:
        raise StageFailed(
            f"The module's build made {len(found)} wheels instead of one.", fix="Correct its set-up."
        )
    try:
        about = BytesParser().parsebytes(_metadata(found[0]))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise StageFailed(f"The wheel that the module's build made is damaged: {error}.") from None
    extras = tuple(str(each) for each in about.get_all("Provides-Extra", []))
    name, version = str(about["Name"]), str(about["Version"])
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version)):
        raise StageFailed(
            "The module's name or version is not a proper one.", fix="Correct `pyproject.toml`."
        )
    return Wheel(found[0], name, version, extras)


async def lock(work: Work, wheel: Wheel, python: Path) -> Lock:
    """Decide on exact versions of all dependencies, for what runs the module later (without those of tests).

    Raises:
        StageFailed: they do not fit together; the message is the resolver's.
    """
    wanted, locked = work.folder / "wanted.in", work.folder / "building" / "requirements.txt"
    wanted.write_text(_direct(wheel) + "\n")
    command = ["pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-header"]
    command += ["--no-annotate", "--no-emit-package", wheel.name, "--python", str(python)]
    command += ["--output-file", str(locked), str(wanted)]
    work.note("\n$ uv pip compile --generate-hashes")
    done, builds = await _compile(work, command, seen=[wanted, wheel.path, python.parent.parent])
    _check(done, work, "The module's dependencies do not fit together", _VERSIONS)
    content = reports.read(locked)  # not by its path: a dependency's build may have laid a link there
    target = work.folder / "requirements.txt"
    target.write_bytes(content)
    lines = [line for line in content.decode().splitlines() if line[:1].isalnum()]
    return Lock(target, len(lines), builds or any(map(_is_source, lines)))


def _is_source(requirement: str) -> bool:
    """A package from an address that is no wheel: resolving it may need no build, but installing does."""
    _, at, address = requirement.partition(" @ ")
    return bool(at) and not address.split("#")[0].split(" ")[0].endswith(".whl")


async def create(work: Work, python: Path) -> None:
    """Make the empty environment, which may be moved."""
    cache = uv.shared_cache(work.platform.data)
    done = await uv.make_environment(work.environment, python, cache=cache, log=work.log)
    _check(done, work, "The empty environment cannot be made", "Ask the operator to look at the log.")


async def install(work: Work, wheel: Wheel, locked: Lock, pyproject: dict[str, Any], *, tests: bool) -> str:
    """Install what was locked, the module, and what its tests need; return where those needs were named.

    Raises:
        StageFailed: something cannot be installed.
    """
    needs, named = _test_needs(work, wheel, pyproject) if tests else ([_direct(wheel)], "")
    work.note("\n$ uv pip install")
    what = ["--requirements", str(locked.path), *needs]
    done = await _install(work, what, wheel, builds=locked.builds)
    if not locked.builds and _needs_builds(done):  # only the tests need it, so the bundle does not
        done = await _install(work, what, wheel, builds=True)
    _check(done, work, "The module's dependencies cannot be installed", _VERSIONS)
    return named


def _direct(wheel: Wheel, extras: str = "") -> str:
    return f"{wheel.name}{extras} @ {wheel.path.as_uri()}"


async def _install(work: Work, what: list[str], wheel: Wheel, *, builds: bool) -> Completed:
    return await uv.install(
        work.environment, what,
        data=work.platform.data, work=work.folder / "building", builds=builds,
        read_only=[work.folder / "requirements.txt", wheel.path, work.source],
        time_limit=work.platform.settings.build_timeout, log=work.log,
    )  # fmt: skip


def _test_needs(work: Work, wheel: Wheel, pyproject: dict[str, Any]) -> tuple[list[str], str]:
    for extra in TEST_EXTRAS:
        if extra in wheel.extras:
            return [_direct(wheel, f"[{extra}]"), "pytest"], f"extra {extra}"
    needs = [_direct(wheel), "pytest"]
    groups = pyproject.get("dependency-groups", {})
    for group in TEST_EXTRAS:
        if group in groups:
            return [*needs, "--group", f"{work.source / 'pyproject.toml'}:{group}"], f"group {group}"
    return needs, "pytest alone: the module has no extra test"


async def _compile(work: Work, command: list[str], *, seen: list[Path]) -> tuple[Completed, bool]:
    """Resolve by wheels alone; when some package has none, once more with builds, closed in."""
    seconds = work.platform.settings.build_timeout
    done = await uv.plain(
        [*command, "--no-build"], data=work.platform.data, cwd=work.folder, time_limit=seconds, log=work.log
    )
    if not _needs_builds(done):
        return done, False
    work.note("A dependency exists as source only: it is built, closed in.")
    building = work.folder / "building"
    done = await uv.closed_in(
        command, work=building, writable=[], read_only=seen, time_limit=seconds, log=work.log
    )
    return done, True


def _needs_builds(done: Completed) -> bool:
    return not done.ok and any(words in done.output_tail.lower() for words in _NOT_BUILT)


def _check(done: Completed, work: Work, failed: str, fix: str) -> None:
    if done.timed_out:
        limit = work.platform.settings.build_timeout
        raise StageFailed(
            f"{failed}: it took longer than {limit:.0f} s.",
            fix="Make it faster, or ask the operator to raise `build_timeout`.",
        )
    if not done.ok:
        message = complaint(done.output_tail)
        raise StageFailed(
            f"{failed}: {message}", fix=fix, evidence={"message": done.output_tail[-4000:].strip()}
        )


def complaint(output: str) -> str:
    """The part of uv's output that says what is wrong, in one line that ends with a full stop."""
    _, found, after = output.rpartition("error: ")
    text = " ".join((after if found else output[-600:]).partition("hint:")[0].split()).replace(
        " cause: ", ": "
    )
    short = text[:600].strip() or "it said nothing"
    return short if short.endswith((".", "…")) else f"{short}."


def _metadata(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        names = [
            name
            for name in archive.namelist()
            if name.endswith(".dist-info/METADATA") and name.count("/") == 1
        ]
        if len(names) != 1 or archive.getinfo(names[0]).file_size > LARGEST_METADATA:
            raise ValueError("it has no proper METADATA")
        return archive.read(names[0])
