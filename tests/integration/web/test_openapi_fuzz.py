"""Every operation of the API bears any input: whatever is sent, no answer is a 5xx (schemathesis)."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from fairhaven.core.config import Settings
from fairhaven.core.testing import servers
from fairhaven.core.testing.served import served
from fairhaven.reference import openapi

pytestmark = pytest.mark.xdist_group("fuzz")

EXAMPLES = 40
OPERATIONS = [
    pytest.param(method, path, id=operation["operationId"])
    for path, methods in openapi()["paths"].items()
    for method, operation in methods.items()
]


@pytest.fixture(scope="module")
def platform_url(tmp_path_factory):
    name = "t" + os.urandom(6).hex()
    database = servers.new_database(name)
    folder = tmp_path_factory.mktemp("fuzz")
    with served(Settings(data=folder, log_level="error"), database) as running:
        yield running
    servers.drop_database(name)


@pytest.fixture(scope="module")
def schema(platform_url):
    return schemathesis.openapi.from_url(f"{platform_url.url}/api/v1/openapi.json")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_input_makes_an_operation_fail(schema, platform_url, method, path):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy())
    def attack(case):
        answer = case.call(headers={"Authorization": f"Bearer {platform_url.token}"}, timeout=30)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"][0].startswith("application/problem+json"), answer.text

    attack()
