"""Catalogs elsewhere, recorded and served on this machine."""

from collections.abc import Iterator

import pytest
from tests.recorded import zoo

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
