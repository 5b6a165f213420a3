"""One installation for all that is done to it here."""

import pytest


@pytest.fixture(scope="package")
def whole(install):
    return install()


@pytest.fixture(scope="package")
def release(whole, make_module):
    """The release of a sound module."""
    return whole.release(make_module("sound"))
