"""The platform's own process is killed (kill -9) in the middle of things, and started again."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest

from fairhaven.core.testing.whole import until

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

# Builds of the module wait here for a file, as its tests do there: in the module's own copy.
SLOW_TO_BUILD = """
    import pathlib, time
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class CustomBuildHook(BuildHookInterface):
        def initialize(self, version, build_data):
            print("it waits", flush=True)
            while not pathlib.Path(self.root, "go-on-building").exists():
                time.sleep(0.05)
"""
SLOW_TO_TEST = """
    import pathlib, time

    def test_waits():
        while not pathlib.Path("go-on-testing").exists():
            time.sleep(0.05)
"""
WITH_HOOK = """
    [tool.hatch.build.targets.wheel.hooks.custom]
    path = "hook.py"
"""


@pytest.fixture(scope="module")
def whole(install):
    return install()


@pytest.fixture(scope="module")
def release(whole, make_module):
    """The release of a sound module."""
    return whole.release(make_module("sound"))


def test_a_build_goes_on_after_kills_in_its_environment_and_in_its_tests(whole, make_module):
    build = whole.register(_slow_module(make_module))
    before = _reaches(whole, build["id"], "environment", "hook.py")
    _kill_and_start(whole)
    between = _reaches(whole, build["id"], "environment", "hook.py", after=before)
    assert _same(before, between, "checkout", "metadata")
    _go_on(whole, build["id"], "building")
    before = _reaches(whole, build["id"], "tests", "pytest")
    _kill_and_start(whole)
    _reaches(whole, build["id"], "tests", "pytest", after=before)
    _go_on(whole, build["id"], "testing")
    ended = whole.ended(build["id"])
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended["reason"]
    assert _same(before, ended, "checkout", "metadata", "environment")
    assert _stage_endings(whole, build["id"]) == Counter(dict.fromkeys(before["stages"], 1))
    assert len(_facts(whole, "build.ended", build["id"])) == 1
    assert len(_facts(whole, "release.published", build["module_id"])) == 1
    assert "interrupted; this stage begins again" in _stage_log(whole, build["id"], "tests")


def test_a_workload_whose_environment_was_being_made_starts_once(whole, release):
    whole_bundles = whole.data / "bundles"
    workload = whole.begin(release)
    until(lambda: any(whole_bundles.iterdir()))
    _kill_and_start(whole)
    until(lambda: whole.answers(workload))
    assert _runs(whole, workload) == (1, 0)
    assert whole.said(workload).count("it loads") == 1
    whole.forget(workload)


def test_a_workload_that_was_loading_is_adopted(whole, release):
    workload = whole.begin(release, WAIT_AT_LOADING="go")
    until(lambda: "WAIT_AT_LOADING: waiting" in whole.said(workload))
    before = _worker(whole, workload)
    _kill_and_start(whole)
    assert _worker(whole, workload) == before
    (whole.data / "workloads" / workload / "work" / "go").touch()
    until(lambda: whole.answers(workload))
    assert _worker(whole, workload) == before
    assert _runs(whole, workload) == (1, 0)
    assert whole.said(workload).count("it loads") == 1
    whole.forget(workload)


def test_a_workload_that_was_predicting_is_adopted_and_answers_again(whole, release):
    workload = whole.begin(release, WAIT_AT_PREDICTING="go")
    until(lambda: whole.is_running(workload))
    with ThreadPoolExecutor(1) as others:
        asked = others.submit(_asks, whole, workload)
        until(lambda: "WAIT_AT_PREDICTING: waiting" in whole.said(workload))
        before = _worker(whole, workload)
        whole.kill()
        assert isinstance(asked.exception(30), httpx.TransportError)
    whole.start()
    assert _worker(whole, workload) == before
    (whole.data / "workloads" / workload / "work" / "go").touch()
    until(lambda: whole.answers(workload))
    assert (_worker(whole, workload), _runs(whole, workload)) == (before, (1, 0))
    whole.forget(workload)


def test_a_workload_that_was_told_to_end_while_nobody_was_there_ends(whole, release):
    workload = whole.begin(release)
    until(lambda: whole.is_running(workload))
    assert whole.api.post(f"/api/v1/workloads/{workload}/stop").status_code == 202
    _kill_and_start(whole)
    until(lambda: whole.get(f"workloads/{workload}")["state"] == "stopped")
    assert whole.processes(workload) == []
    whole.forget(workload)


def test_what_was_answered_before_the_kill_is_there_after_it(whole, make_module):
    folders = [make_module(f"burst-{number}", **{"pyproject.toml": ""}) for number in range(12)]
    answered: list[dict[str, Any]] = []
    enough = threading.Event()

    def register(folder):
        answer = whole.api.post("/api/v1/modules", json={"url": str(folder)})
        if answer.status_code == 201:
            answered.append(answer.json())
            enough.set() if len(answered) >= 4 else None

    with ThreadPoolExecutor(4) as others:
        asked = [others.submit(register, folder) for folder in folders]
        assert enough.wait(30)
        whole.kill()
        refused = [each for each in asked if each.exception(30) is not None]
    whole.start()
    assert len(answered) >= 4 and refused
    for module in answered:
        builds = until(lambda module=module: whole.items(f"builds?module={module['name']}"))
        assert [each["commit"] for each in builds] == [module["commit"]]
        assert "pyproject.toml" in whole.ended(builds[0]["id"])["reason"]
    rows = whole.rows("SELECT id FROM modules WHERE name LIKE 'burst-%%'")
    told = whole.rows("SELECT subject_id AS id FROM facts WHERE kind = 'module.registered' AND data->>'name' LIKE 'burst-%%'")
    assert sorted(map(str, rows)) == sorted(map(str, told))


def test_nothing_is_left_of_all_the_kills(whole):
    until(lambda: not whole.orphans())
    until(lambda: not whole.rows("SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"))
    assert whole.rows("SELECT 1 FROM deliveries") == []
    assert list((whole.data / "builds").iterdir()) == []
    assert list((whole.data / "workloads").iterdir()) == []
    assert _twice(whole) == []


def _slow_module(make_module):
    folder = make_module("slow", **{"hook.py": SLOW_TO_BUILD, "tests/test_slow.py": SLOW_TO_TEST})
    with (folder / "pyproject.toml").open("a") as file:
        file.write("\n".join(line.strip() for line in WITH_HOOK.splitlines()))
    return folder


def _kill_and_start(whole):
    """Kill the platform, see that what it ran for itself goes with it, and start it again."""
    whole.kill()
    until(lambda: not [each for each in whole.processes() if not _is_kept(each)], 15)
    whole.start()
    until(lambda: not whole.orphans())


def _is_kept(process):
    """Whether it belongs to a workload, which is to outlive the platform."""
    try:
        return any("keeper.py" in " ".join(each.cmdline()) for each in [process, *process.parents()])
    except psutil.NoSuchProcess:
        return True


def _reaches(whole, build_id, stage, program, after=None):
    """Wait until the stage waits, begun anew; return the build as it is then."""

    def look():
        found = whole.build(build_id)
        assert found["state"] in ("queued", "running"), found["reason"]
        now = found["stages"][stage]
        fresh = now["started_at"] and (after is None or now["started_at"] > after["stages"][stage]["started_at"])
        waits = fresh and now["state"] == "running" and whole.processes(build_id)
        return found if waits and _waits(whole, build_id, stage) else None

    return until(look, 60)


def _waits(whole, build_id, stage):
    if stage == "environment":
        return "it waits" in _stage_log(whole, build_id, stage).rpartition("begins again")[2]
    return whole.processes(build_id, "pytest")


def _go_on(whole, build_id, doing):
    (whole.folder_of(build_id) / "module" / f"go-on-{doing}").touch()


def _same(before, after, *stages):
    return all(before["stages"][name] == after["stages"][name] for name in stages)


def _stage_log(whole, build_id, stage):
    return whole.get(f"builds/{build_id}/stages/{stage}/log")["text"]


def _facts(whole, kind, subject):
    return whole.rows("SELECT data FROM facts WHERE kind = %(kind)s AND subject_id = %(subject)s", kind=kind, subject=subject)


def _stage_endings(whole, build_id):
    return Counter(each["data"]["stage"] for each in _facts(whole, "stage.ended", build_id))


def _worker(whole, workload):
    """The process that has the model, as (id, when it began)."""
    found = [each for each in whole.processes("worker/start.py") if _descends_from(each, workload)]
    assert len(found) == 1, found
    return found[0].pid, found[0].create_time()


def _descends_from(process, workload):
    return any(workload in " ".join(each.cmdline()) for each in process.parents())


def _runs(whole, workload):
    found = whole.get(f"workloads/{workload}")
    return found["generation"], found["restarts"]


def _asks(whole, workload):
    return whole.predict(workload, seconds=60)


def _twice(whole):
    """Builds that ended, or published, more than once in one attempt."""
    return whole.rows(
        "SELECT data->>'build' AS build, count(*) FROM facts WHERE kind = 'build.ended' GROUP BY 1 HAVING count(*) > 1"
    )
