"""Deposits from the command line: begun, published, listed, and the DOI for the metadata file."""

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from fairhaven.catalog.schemas import Release
from fairhaven.core.platform import Platform
from fairhaven.core.testing import invenio
from fairhaven.core.testing.jobs import drain

pytestmark = pytest.mark.usefixtures("token")


async def test_a_release_is_deposited_by_commands(
    platform: Platform,
    command: Callable[..., Any],
    released: Callable[[str], Awaitable[Release]],
    there: invenio.Served,
    folder: Path,
) -> None:
    await released("1.0.0")
    begun = await command("release", "deposit", "finder@1.0.0", "--publish", "--yes", "--no-wait")
    assert "finder 1.0.0 at archive: under way." in begun
    await drain(platform)
    [record] = there.public
    patch = await command("release", "name-doi", "finder")
    argv = ["git", "apply", "-"]
    subprocess.run(argv, cwd=folder, input=patch, text=True, check=True)  # noqa: ASYNC221
    assert f"doi: '10.5072/invenio.{record.parent}'" in (folder / "ai4-metadata.yml").read_text()
