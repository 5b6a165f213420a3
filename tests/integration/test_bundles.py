"""Bundles: the same content has the same name, and unpacking believes nothing."""

import asyncio
import gzip
import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from fairhaven.core import bundles
from fairhaven.core.bundles import BundleBroken, BundleRefused, archive
from fairhaven.core.errors import NotFound
from fairhaven.core.testing import make


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "code.py").write_text("answer = 42\n")
    (folder / "README.md").write_text("# Read me\n")
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    (folder / "link").symlink_to("package/code.py")
    return folder


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A pure wheel without dependencies, written by hand (the binary distribution format, PEP 427).

    No two tests have the same: they share the object store, and one spoils what it has put there.
    """
    path = tmp_path / "dist" / "tiny-1.0-py3-none-any.whl"
    path.parent.mkdir()
    about = "tiny-1.0.dist-info"
    files = {
        "tiny.py": f"answer = 42  # {tmp_path.parent.name}/{tmp_path.name}\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"])
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


async def test_the_same_content_has_the_same_digest(platform, source, wheel, tmp_path):
    first = await bundles.make(platform, source, "", "3.11", wheel=wheel)
    other = tmp_path / "other"
    for path in sorted(source.rglob("*"), reverse=True):  # made in another order, at another time
        copy = other / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            copy.symlink_to(path.readlink())
        elif path.is_file():
            copy.write_bytes(path.read_bytes())
            copy.chmod(path.stat().st_mode | 0o020)
            os.utime(copy, (1, 1))
    (other / "__pycache__").mkdir()
    assert await bundles.make(platform, other, "", "3.11", wheel=wheel) == first


async def test_any_difference_gives_another_digest(platform, source, wheel):
    first = await bundles.make(platform, source, "", "3.11", wheel=wheel)
    assert await bundles.make(platform, source, "six==1.17.0", "3.11", wheel=wheel) != first
    assert await bundles.make(platform, source, "", "3.12", wheel=wheel) != first
    (source / "run").chmod(0o644)
    assert await bundles.make(platform, source, "", "3.11", wheel=wheel) != first


async def test_a_bundle_is_unpacked_once_for_all_who_ask_at_the_same_time(platform, source, wheel):
    digest = await bundles.make(platform, source, "", "3.11", wheel=wheel)
    found = await asyncio.gather(*(bundles.materialise(platform, digest) for _ in range(4)))
    assert len({each.root for each in found}) == 1
    bundle = found[0]
    assert (bundle.source / "link").read_text() == "answer = 42\n"
    assert (bundle.source / "run").stat().st_mode & 0o100
    process = await asyncio.create_subprocess_exec(
        bundle.python, "-c", "import tiny; print(tiny.answer)", stdout=asyncio.subprocess.PIPE
    )
    assert (await process.communicate())[0] == b"42\n"
    assert [each.name for each in bundle.root.parent.iterdir() if "lock" not in each.name] == [digest]


async def test_what_a_killed_process_left_does_not_matter(platform, source, wheel):
    digest = await bundles.make(platform, source, "", "3.11", wheel=wheel)
    remains = platform.data / "bundles" / f".{digest}.4711"
    (remains / "env").mkdir(parents=True)
    bundle = await bundles.materialise(platform, digest)
    assert bundle.python.exists() and not remains.exists()


async def test_a_forgotten_bundle_is_gone_everywhere(platform, source, wheel):
    digest = await bundles.make(platform, source, "", "3.11", wheel=wheel)
    bundle = await bundles.materialise(platform, digest)
    await bundles.forget(platform, digest)
    assert not bundle.root.exists() and not await platform.objects.exists(bundles.key(digest))
    with pytest.raises(NotFound):
        await bundles.materialise(platform, digest)


async def test_an_environment_is_compiled_beside_its_first_use(platform, source, wheel):
    bundle = await bundles.materialise(
        platform, await bundles.make(platform, source, "", "3.11", wheel=wheel)
    )
    installed = bundle.root / "env" / "lib"
    await make.until(lambda: list(installed.rglob("tiny.*.pyc")))


async def test_a_damaged_bundle_is_refused_and_leaves_nothing(platform, source, wheel):
    digest = await bundles.make(platform, source, "", "3.11", wheel=wheel)
    await platform.objects.put(bundles.key(digest), gzip.compress(b"\0" * 10240))
    with pytest.raises(BundleBroken):
        await bundles.materialise(platform, digest)
    assert [each for each in (platform.data / "bundles").iterdir() if "lock" not in each.name] == []


@pytest.mark.parametrize("name", ["../outside", "source/../../outside"])
def test_members_that_reach_outside_are_refused(name, tmp_path):
    packed, target = tmp_path / "bad.tar.gz", tmp_path / "target"
    target.mkdir()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))
    packed.write_bytes(gzip.compress(plain.getvalue()))
    with pytest.raises(BundleBroken):
        archive.extract(packed, target, hashlib.sha256(plain.getvalue()).hexdigest())
    assert not (tmp_path / "outside").exists()


def test_more_than_is_allowed_is_refused_on_both_sides(tmp_path, source, monkeypatch):
    packed, target = tmp_path / "bundle.tar.gz", tmp_path / "target"
    target.mkdir()
    digest = archive.write(packed, source, {}, {})
    monkeypatch.setattr(archive, "MAX_BYTES", 8)
    with pytest.raises(BundleRefused):
        archive.write(tmp_path / "other.tar.gz", source, {}, {})
    monkeypatch.setattr(archive, "MAX_UNPACKED", 64)
    with pytest.raises(BundleBroken):
        archive.extract(packed, target, digest)


def test_links_that_lead_out_are_refused(tmp_path, source):
    (source / "out").symlink_to("../../etc/passwd")
    with pytest.raises(BundleRefused, match="leads out"):
        archive.write(tmp_path / "bundle.tar.gz", source, {}, {})


def test_pipes_are_refused(tmp_path, source):
    os.mkfifo(source / "pipe")
    with pytest.raises(BundleRefused, match="neither a file nor a folder"):
        archive.write(tmp_path / "bundle.tar.gz", source, {}, {})
