"""One installation that is sent every kind of bad input."""

import re
from contextlib import closing

import pytest
from tests.integration.conftest import installing

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="package")
def whole(tmp_path_factory):
    with installing(tmp_path_factory) as install:
        yield install(probe_timeout="8")


@pytest.fixture(scope="package")
def browser(whole):
    with closing(whole.browser()) as opened:
        yield opened


@pytest.fixture(scope="package")
def csrf(browser):
    """The token that forms of the browser's session carry."""
    return CSRF.search(browser.get("/catalog/new").text)[1]
