"""Keeps bundles in the object store, and unpacks them on this machine for whoever runs them."""

import asyncio
import fcntl
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fairhaven.core.bundles import archive, uv
from fairhaven.core.bundles.compiling import compile_aside
from fairhaven.core.bundles.errors import BundleBroken, EnvironmentFailed
from fairhaven.core.platform import Platform

FORMAT = 1
INSTALL_SECONDS = 1800.0


@dataclass(frozen=True)
class Bundle:
    """An unpacked bundle. All of it is read-only: its files are shared with other environments.

    Attributes:
        root: the folder to show to whatever runs it.
        source: the module's repository at its commit.
        python: the interpreter of its environment, in which the module is installed.
    """

    root: Path
    source: Path
    python: Path


def key(digest: str) -> str:
    """Where the object store keeps a bundle."""
    return f"bundles/{digest}.tar.gz"


async def make(
    platform: Platform, source: Path, lock: str, python: str, *, wheel: Path, builds: bool = False
) -> str:
    """Store a bundle and return its digest; one that is there already is not sent again.

    Args:
        lock: the environment without the module itself, as requirements with hashes.
        python: version of the interpreter, as in "3.11".
        wheel: the module itself, built, in a folder that may be written to.
        builds: some package of the lock exists as source only.

    Raises:
        BundleRefused: the source cannot be bundled.
    """
    about = {"format": FORMAT, "python": python, "wheel": wheel.name, "builds": builds}
    texts = {"bundle.json": json.dumps(about, sort_keys=True), "requirements.txt": lock}
    files = {f"wheel/{wheel.name}": wheel}
    packed = wheel.with_name("bundle.tar.gz")
    try:
        digest = await asyncio.to_thread(archive.write, packed, source, texts, files)
        if not await platform.objects.exists(key(digest)):
            await platform.objects.put(key(digest), packed)
    finally:
        packed.unlink(missing_ok=True)
    return digest


async def materialise(platform: Platform, digest: str) -> Bundle:
    """Unpack a bundle on this machine and make its environment, unless that was done before.

    May be called by several processes at once, and continues after any of them was killed.

    Raises:
        NotFound: the object store has no such bundle.
        BundleBroken: what it has is damaged.
        EnvironmentFailed, NoPython: this machine cannot make the environment.
    """
    root = _home(platform) / digest
    if not root.exists():
        async with _alone(platform, digest):
            if not root.exists():
                await _unpack(platform, digest, root)
    return Bundle(root=root, source=root / "source", python=root / "env" / "bin" / "python")


async def unpack_source(platform: Platform, digest: str, folder: Path) -> Path:
    """Unpack a bundle into an empty folder, without an environment; return the folder of its source.

    Raises:
        NotFound: the object store has no such bundle.
        BundleBroken: what it has is damaged.
    """
    packed = folder / "bundle.tar.gz"
    await platform.objects.get(key(digest), packed)
    await asyncio.to_thread(archive.extract, packed, folder, digest)
    packed.unlink()
    return folder / "source"


async def forget(platform: Platform, digest: str) -> None:
    """Remove a bundle from the object store and from this machine; nothing may be using it."""
    await platform.objects.delete(key(digest))
    async with _alone(platform, digest):
        root = _home(platform) / digest
        if root.exists():
            aside = root.with_name(f".{digest}.gone")
            root.rename(aside)
            await asyncio.to_thread(archive.remove, aside)


async def _unpack(platform: Platform, digest: str, root: Path) -> None:
    """Prepare everything aside, then rename: a bundle is there wholly or not at all."""
    for remains in root.parent.glob(f".{digest}.*"):
        if remains.is_dir():
            await asyncio.to_thread(archive.remove, remains)
    staging = root.with_name(f".{digest}.{os.getpid()}")
    staging.mkdir()
    try:
        packed = staging / "bundle.tar.gz"
        await platform.objects.get(key(digest), packed)
        await asyncio.to_thread(archive.extract, packed, staging, digest)
        packed.unlink()
        python = await _install(platform, staging)
        staging.rename(root)
        compile_aside(root / "env", python)
    except BaseException:
        await asyncio.to_thread(archive.remove, staging)
        raise


async def _install(platform: Platform, folder: Path) -> Path:
    """Make the environment, and say with which Python of this machine."""
    about = json.loads((folder / "bundle.json").read_text())
    if about["format"] != FORMAT:
        raise BundleBroken(f"The bundle has the format {about['format']}, which this version does not know.")
    work = folder / ".make"
    work.mkdir()
    cache = uv.shared_cache(platform.data)
    python = await uv.find_python(f"=={about['python']}.*", cwd=work, cache=cache)
    made = await uv.make_environment(folder / "env", python, cache=cache, log=None)
    if made.ok:
        lock, wheel = folder / "requirements.txt", folder / "wheel" / about["wheel"]
        what = ["--quiet", "--no-deps", "--requirements", str(lock), str(wheel)]
        made = await uv.install(
            folder / "env", what, data=platform.data, work=work, builds=about["builds"],
            read_only=[lock, wheel], time_limit=INSTALL_SECONDS, log=None,
        )  # fmt: skip
    if not made.ok:
        raise EnvironmentFailed(f"The packages cannot be installed: {made.output_tail.strip()[-1500:]}")
    await asyncio.to_thread(archive.remove, work)
    return python


@asynccontextmanager
async def _alone(platform: Platform, digest: str) -> AsyncIterator[None]:
    """One at a time on this machine; the lock goes with the process that holds it."""
    with _lock_file(platform, digest).open("a") as file:
        deadline = time.monotonic() + INSTALL_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EnvironmentFailed(
                        "Another process has been unpacking this bundle for too long."
                    ) from None
                await asyncio.sleep(0.05)
        yield


def _lock_file(platform: Platform, digest: str) -> Path:
    # A few files that stay, rather than one for each bundle that somebody would have to remove.
    return _home(platform) / f".lock-{digest[:2]}"


def _home(platform: Platform) -> Path:
    folder = platform.data / "bundles"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
