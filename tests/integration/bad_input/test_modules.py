"""Modules that are not sound: their builds fail and say why; nothing of them stays."""

import pytest

from fairhaven.core.testing.whole import until

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

# By name: what is written into the module.
FILES = {
    "impossible": {"dependencies": ("webargs>=9999",)},
    "crashes": {"small/api.py": 'raise RuntimeError("the weights are gone")\n'},
    "sleeps": {"small/api.py": "import time\nwhile True:\n    time.sleep(1)\n"},
    "exits": {"small/api.py": "import os\nos._exit(3)\n"},
    "fails-tests": {"tests/test_it.py": "def test_sums():\n    assert 1 + 1 == 3\n"},
    "no-set-up": {"pyproject.toml": ""},
}
# By name: the stage that fails, words of the reason, words of what to do.
SAID = {
    "impossible": ("environment", "webargs>=9999", "Change the versions"),
    "crashes": ("probe", "the weights are gone", "look at the log"),
    "sleeps": ("probe", "not ready after 8 s", "probe_timeout"),
    "exits": ("probe", "3", "look at the log"),
    "fails-tests": ("tests", "1 test failed", "Correct the code or the test"),
    "no-set-up": ("environment", "no `pyproject.toml`", "Add one"),
}


@pytest.fixture(scope="module")
def builds(whole, make_module):
    """All of them are built at the same time."""
    queued = {name: whole.register(make_module(name, **what))["id"] for name, what in FILES.items()}
    return {name: whole.ended(build_id, 90) for name, build_id in queued.items()}


@pytest.mark.parametrize("name", SAID)
def test_a_module_that_is_not_sound_says_why(whole, browser, builds, name):
    stage, reason, remedy = SAID[name]
    build = builds[name]
    assert (build["state"], build["stages"][stage]["state"]) == ("failed", "failed"), build["reason"]
    assert reason in build["reason"] and remedy in build["reason"]
    assert build["release_id"] is None
    page = browser.get(f"/builds/{build['id']}")
    assert page.status_code == 200 and remedy in page.text
    assert whole.get(f"modules/{name}")["latest_release"] is None


def test_a_release_that_does_not_exist_cannot_be_started(whole, builds):
    asked = {"release": builds["crashes"]["id"]}
    answer = whole.api.post("/api/v1/workloads", json=asked)
    assert answer.status_code == 404 and answer.json()["fix"]
    assert whole.rows("SELECT 1 FROM workloads") == []


def test_nothing_of_them_stays(whole, builds):
    until(lambda: not whole.orphans())
    assert list((whole.data / "builds").iterdir()) == []
    assert list(whole.temporary.iterdir()) == []
    until(lambda: not whole.rows("SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"))
    assert whole.rows("SELECT task_name, status FROM procrastinate_jobs WHERE status <> 'succeeded'") == []
    for name in FILES:
        assert whole.api.delete(f"/api/v1/modules/{name}").status_code == 204
    until(lambda: not whole.rows("SELECT 1 FROM builds WHERE module <> 'sound'"))
