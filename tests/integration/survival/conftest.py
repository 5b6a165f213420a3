"""One installation for all that is done to it here."""

import pytest
from tests.integration.conftest import installing


@pytest.fixture(scope="package")
def whole(tmp_path_factory):
    with installing(tmp_path_factory) as install:
        yield install()


@pytest.fixture(scope="package")
def release(whole, make_module):
    """The release of a sound module."""
    return whole.release(make_module("sound"))
