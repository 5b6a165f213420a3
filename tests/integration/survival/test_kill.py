"""The platform's own process is killed (kill -9) in the middle of things, and started again."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import pytest

from fairhaven.core.testing.whole import until

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

# Building the module's wheel says that it has begun, and waits for a file.
SLOW_TO_BUILD = """
    import pathlib, time
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class CustomBuildHook(BuildHookInterface):
        def initialize(self, version, build_data):
            pathlib.Path(self.root, "waiting-in-environment").touch()
            while not pathlib.Path(self.root, "go-on-in-environment").exists():
                time.sleep(0.05)
"""
UNFINISHED = "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"
ENDED_ONCE = "SELECT subject_id AS id FROM facts WHERE kind = 'build.ended'"
PUBLISHED = "SELECT (data->>'release')::uuid AS id FROM facts WHERE kind = 'release.published'"
WITH_HOOK = """
    [tool.hatch.build.targets.wheel.hooks.custom]
    path = "hook.py"
"""


@dataclass
class Scene:
    """What was going on when the platform was killed: the build, workers by workload, registered modules."""

    build: dict[str, Any]
    workers: dict[str, tuple[int, float]] = field(default_factory=dict)
    preparing: str = ""
    stopping: str = ""
    registered: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def first(whole, release, make_module):
    """Killed while a module is being installed, another loads for a workload, and many are registered."""
    other = whole.release(make_module("other"))
    build = whole.register(_slow_module(make_module))
    loading = whole.begin(release, WAIT_AT_LOADING="go")
    until(lambda: "WAIT_AT_LOADING: waiting" in whole.said(loading))
    scene = Scene(_reaches(whole, build["id"], "environment"), {loading: _worker(whole, loading)})
    scene.preparing = whole.begin(other)
    with ThreadPoolExecutor(4) as others:
        folders = [make_module(f"burst-{number}", **{"pyproject.toml": ""}) for number in range(12)]
        asked = [others.submit(_registers, whole, folder) for folder in folders]
        until(lambda: sum(each.done() for each in asked) >= 4)
        _kill_and_start(whole)
        scene.registered = [each.result() for each in asked if each.exception(30) is None]
    return scene


@pytest.fixture(scope="module")
def second(whole, release, first):
    """Killed again while that module's tests run, a workload predicts, and another was told to end."""
    until(lambda: _began_again(whole, first.build, "environment"))
    whole.go_on(first.build["id"], "environment")
    scene = Scene(_reaches(whole, first.build["id"], "tests"), dict(first.workers))
    scene.stopping = whole.begin(release)
    until(lambda: whole.is_running(scene.stopping))
    predicting = whole.begin(release, WAIT_AT_PREDICTING="go")
    until(lambda: whole.is_running(predicting))
    with ThreadPoolExecutor(1) as others:
        asked = others.submit(_asks, whole, predicting)
        until(lambda: "WAIT_AT_PREDICTING: waiting" in whole.said(predicting))
        scene.workers[predicting] = _worker(whole, predicting)
        assert whole.api.post(f"/api/v1/workloads/{scene.stopping}/stop").status_code == 202
        _kill_and_start(whole)
        assert isinstance(asked.exception(30), httpx.TransportError)
    return scene


def test_what_was_answered_before_a_kill_is_there_after_it(whole, first):
    assert len(first.registered) >= 4
    for module in first.registered:
        builds = until(lambda module=module: whole.items(f"builds?module={module['name']}"))
        assert [each["commit"] for each in builds] == [module["commit"]]
        assert "pyproject.toml" in whole.ended(builds[0]["id"])["reason"]
    told = "SELECT subject_id AS id FROM facts WHERE kind = 'module.registered'"
    assert _ids(whole, "SELECT id FROM modules") == _ids(whole, told)


def test_a_workload_that_was_being_prepared_is_started_once(whole, first):
    until(lambda: whole.answers(first.preparing))
    assert _runs(whole, first.preparing) == (1, 0)
    assert whole.said(first.preparing).count("it loads") == 1


def test_a_workload_that_was_loading_or_predicting_goes_on_in_the_same_process(whole, second):
    assert {workload: _worker(whole, workload) for workload in second.workers} == second.workers
    for workload, worker in second.workers.items():
        (whole.data / "workloads" / workload / "work" / "go").touch()
        until(lambda workload=workload: whole.answers(workload))
        assert (_worker(whole, workload), _runs(whole, workload)) == (worker, (1, 0))
        assert whole.said(workload).count("it loads") == 1


def test_a_workload_that_was_told_to_end_before_a_kill_ends_after_it(whole, second):
    until(lambda: whole.get(f"workloads/{second.stopping}")["state"] == "stopped")
    assert whole.processes(second.stopping) == []


def test_a_build_goes_on_after_kills_in_its_environment_and_in_its_tests(whole, first, second):
    until(lambda: _began_again(whole, second.build, "tests"))
    whole.go_on(second.build["id"], "tests")
    ended = whole.ended(second.build["id"])
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended["reason"]
    assert _same(first.build, ended, "checkout", "metadata")
    assert _same(second.build, ended, "environment")
    endings = [each["stage"] for each in _facts(whole, "stage.ended", ended["id"])]
    assert sorted(endings) == sorted(ended["stages"])
    assert [each["state"] for each in _facts(whole, "build.ended", ended["id"])] == ["succeeded"]
    assert len(_facts(whole, "release.published", ended["module_id"])) == 1
    assert "interrupted; this stage begins again" in _stage_log(whole, ended["id"], "tests")


def test_nothing_is_left_of_the_kills(whole, first, second):
    for workload in (first.preparing, second.stopping, *second.workers):
        whole.forget(workload)
    until(lambda: not whole.orphans())
    until(lambda: not whole.rows(UNFINISHED))
    until(lambda: not whole.rows("SELECT 1 FROM deliveries"))
    for name in ("builds", "workloads"):
        until(lambda name=name: list((whole.data / name).iterdir()) == [])
    assert _ids(whole, "SELECT id FROM builds") == _ids(whole, ENDED_ONCE)
    assert _ids(whole, "SELECT id FROM releases") == _ids(whole, PUBLISHED)


def _slow_module(make_module):
    folder = make_module("slow", slow=True, **{"hook.py": SLOW_TO_BUILD})
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


def _reaches(whole, build_id, stage):
    """Wait until the stage waits; return the build as it is then."""
    until(lambda: whole.waits(build_id, stage), 60)
    return whole.build(build_id)


def _began_again(whole, before, stage):
    now = whole.build(before["id"])["stages"][stage]
    return now["started_at"] > before["stages"][stage]["started_at"] and whole.waits(before["id"], stage)


def _same(before, after, *stages):
    return all(before["stages"][name] == after["stages"][name] for name in stages)


def _stage_log(whole, build_id, stage):
    return whole.get(f"builds/{build_id}/stages/{stage}/log")["text"]


def _facts(whole, kind, subject):
    query = "SELECT data FROM facts WHERE kind = %(kind)s AND subject_id = %(subject)s"
    return [each["data"] for each in whole.rows(query, kind=kind, subject=subject)]


def _ids(whole, query):
    return sorted(str(each["id"]) for each in whole.rows(query))


def _worker(whole, workload):
    """The process that has the model, as (id, when it began)."""

    def look():
        found = [each for each in whole.processes("worker/start.py") if _descends_from(each, workload)]
        ids = {each.pid for each in found}
        return [each for each in found if each.ppid() in ids]  # its parent is the one that forks

    found = until(look)
    assert len(found) == 1, found
    return found[0].pid, found[0].create_time()


def _descends_from(process, workload):
    with suppress(psutil.NoSuchProcess):
        return any(workload in " ".join(each.cmdline()) for each in process.parents())
    return False


def _runs(whole, workload):
    found = whole.get(f"workloads/{workload}")
    return found["generation"], found["restarts"]


def _registers(whole, folder):
    answer = whole.api.post("/api/v1/modules", json={"url": str(folder)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def _asks(whole, workload):
    """Ask until the gateway knows the way, then wait for the answer."""
    return until(lambda: (said := whole.predict(workload, seconds=60)).status_code != 503 and said)
