"""Catalogs elsewhere, recorded and served on this machine."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.recorded import hub, zoo

from fairhaven.core.addresses import networks
from fairhaven.core.outbound import Guard
from fairhaven.core.testing.recorded import Recorded, recorded


@pytest.fixture(scope="session")
def guard() -> Guard:
    """Public networks, and the one in which the recorded catalogs are."""
    return Guard(networks(("127.0.0.0/8",)))


@pytest.fixture(scope="module")
def models() -> Iterator[Recorded]:
    """The BioImage Model Zoo."""
    with recorded(zoo.answers()) as server:
        yield server


@pytest.fixture
def album(tmp_path: Path) -> Callable[[Any, str], None]:
    """`album(page, name)` keeps a picture where FAIRHAVEN_SCREENSHOTS says."""
    folder = Path(os.environ.get("FAIRHAVEN_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def the_hub() -> Iterator[Recorded]:
    """The Hugging Face Hub."""
    with recorded(hub.models()) as server:
        yield server


@pytest.fixture(scope="module")
def the_openml() -> Iterator[Recorded]:
    """OpenML."""
    with recorded(hub.flows()) as server:
        yield server
