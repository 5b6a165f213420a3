"""Warm starts: workers are forked from a process that imported what they share; no kill leaves anything."""

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the nursery needs Linux")

Serve = Callable[..., Any]
Runtime = Callable[..., Any]
Wait = Callable[..., Any]
Alive = Callable[[int], bool]
PREDICT = "/v2/models/inward/predict/"


def test_all_workers_are_forked_from_one_process(serve: Serve, wait_until: Wait) -> None:
    server = serve("inward", options=("--workers", "3"))
    wait_until(lambda: server.number("fairhaven_workers_ready") == 3)
    assert {parent_of(pid) for pid in server.workers()} == {server.nursery()}


def test_a_forked_worker_is_like_one_that_was_started(
    serve: Serve, tmp_path: Path, module_python: Path
) -> None:
    forked = serve("inward").ready()
    started = serve("inward", options=("--python", str(refusing(tmp_path, module_python)))).ready()
    ours, theirs = (ask(server, "facts") for server in (forked, started))
    assert (metadata(forked)["forked"], metadata(started)["forked"]) == (True, False)
    for name in ("leads", "collects", "sigchld", "arguments"):
        assert ours[name] == theirs[name], name
    assert (ours["leads"], ours["collects"], ours["sigchld"]) == (True, True, True)


def test_a_forked_worker_holds_nothing_open_but_its_socket(serve: Serve, wait_until: Wait) -> None:
    server = serve("inward", options=("--workers", "2"))
    wait_until(lambda: server.number("fairhaven_workers_ready") == 2)
    log = str(server.folder / "log")
    for _ in range(2):
        assert ask(server, "facts")["files"] == sorted(["/dev/null", log, log, "socket"])
        replace_worker(server, wait_until)


def test_each_forked_worker_has_random_numbers_of_its_own(serve: Serve, wait_until: Wait) -> None:
    server = serve("inward").ready()
    drawn = set()
    for _ in range(3):
        drawn.add(ask(server, "facts")["random"])
        replace_worker(server, wait_until)
    assert len(drawn) == 3


def test_a_later_worker_finds_everything_imported(serve: Serve, wait_until: Wait) -> None:
    server = serve("inward").ready()
    replace_worker(server, wait_until)
    assert {"marshmallow", "webargs.fields"} <= set(ask(server, "facts")["before"])


def test_to_describe_a_module_no_nursery_is_started(runtime: Runtime) -> None:
    assert '"forked": false' in runtime("describe", modules=["inward"]).stdout


# --- kills -------------------------------------------------------------------------------------------------


def test_killed_workers_leave_no_zombie_and_none_of_their_children(
    serve: Serve, wait_until: Wait, alive: Alive
) -> None:
    server = serve("inward").ready()
    nursery = server.nursery()
    for _ in range(10):
        child = ask(server, "child")
        replace_worker(server, wait_until)
        wait_until(lambda child=child: not alive(child))
    assert server.nursery() == nursery
    wait_until(lambda: below(server.process.pid) == {nursery, *server.workers()})


def test_a_worker_that_ends_in_the_midst_of_an_answer_leaves_no_file(serve: Serve, wait_until: Wait) -> None:
    server = serve("inward").ready()
    assert server.client.post(PREDICT, params={"mode": "litter"}).status_code == 503
    wait_until(lambda: server.files() == [])


def test_what_left_a_workers_group_is_reaped_when_it_ends(serve: Serve, wait_until: Wait) -> None:
    server = serve("inward").ready()
    stray = ask(server, "stray")
    wait_until(lambda: not Path(f"/proc/{stray}").exists())


def test_a_killed_nursery_is_replaced_and_its_workers_with_it(
    serve: Serve, wait_until: Wait, alive: Alive
) -> None:
    server = serve("inward", options=("--workers", "2"))
    for _ in range(3):
        wait_until(lambda: server.number("fairhaven_workers_ready") == 2)
        nursery = wait_until(server.nursery)
        forked = children_of(nursery)
        os.kill(nursery, signal.SIGKILL)
        wait_until(lambda gone=(nursery, *forked): not any(alive(pid) for pid in gone))
        wait_until(lambda: server.client.post(PREDICT).status_code == 200)
    wait_until(server.nursery)
    wait_until(lambda: below(server.process.pid) == {server.nursery(), *server.workers()})


def test_a_request_whose_worker_goes_with_the_nursery_is_told_so(
    serve: Serve, gate: Any, wait_until: Wait
) -> None:
    server = serve("everything").ready()
    with ThreadPoolExecutor() as threads:
        running = threads.submit(server.predict, mode="wait", path=str(gate.path))
        wait_until(gate.reached)
        os.kill(server.nursery(), signal.SIGKILL)
        answer = running.result()
    assert answer.status_code == 503
    assert "its nursery ended" in answer.json()["detail"]
    assert server.predict().status_code == 200


def test_a_training_goes_on_when_the_nursery_is_killed(serve: Serve, wait_until: Wait, alive: Alive) -> None:
    server = serve("everything").ready()
    server.client.post("/v2/models/everything/train/", params={"mode": "wait"})
    (training,) = wait_until(lambda: children_of(server.process.pid) - {server.nursery()})
    nursery = server.nursery()
    os.kill(nursery, signal.SIGKILL)
    wait_until(lambda: server.nursery() not in (None, nursery))
    wait_until(lambda: server.predict().status_code == 200)
    assert alive(training)
    assert server.client.get("/v2/models/everything/train/").json()[0]["status"] == "running"


def test_nothing_outlives_a_killed_front(serve: Serve, wait_until: Wait, alive: Alive) -> None:
    for _ in range(3):
        server = serve("inward", options=("--workers", "2"))
        wait_until(lambda server=server: server.number("fairhaven_workers_ready") == 2)
        all_of_it = [ask(server, "child"), server.nursery(), *server.workers()]
        server.process.kill()
        wait_until(lambda gone=all_of_it: not any(alive(pid) for pid in gone))


def test_a_server_that_ends_well_ends_its_nursery(serve: Serve, wait_until: Wait, alive: Alive) -> None:
    server = serve("inward").ready()
    all_of_it = [ask(server, "child"), server.nursery(), *server.workers()]
    server.process.terminate()
    assert server.process.wait(timeout=10) == 0
    assert not any(alive(pid) for pid in all_of_it)


def test_a_nursery_that_is_stopped_holds_nobody_up_at_the_end(serve: Serve) -> None:
    server = serve("inward").ready()
    os.kill(server.nursery(), signal.SIGSTOP)
    server.process.terminate()
    assert server.process.wait(timeout=20) == 0


# --- without one -------------------------------------------------------------------------------------------


def test_without_a_nursery_workers_are_started_one_by_one(
    serve: Serve, wait_until: Wait, tmp_path: Path, module_python: Path
) -> None:
    python = refusing(tmp_path, module_python)
    server = serve("inward", options=("--python", str(python))).ready()
    assert metadata(server)["forked"] is False
    replace_worker(server, wait_until)
    wait_until(lambda: "without a nursery" in server.log)
    assert server.log.count("without a nursery") == 1


def test_a_nursery_that_never_opens_is_not_waited_for(
    serve: Serve, wait_until: Wait, tmp_path: Path, module_python: Path
) -> None:
    python = refusing(tmp_path, module_python, "exec sleep 1000")
    server = serve("inward", options=("--python", str(python), "--startup-timeout", "3")).ready()
    assert "not ready after 3 s" in server.log
    wait_until(lambda: server.nursery() is None)


# --- preloading --------------------------------------------------------------------------------------------


def test_what_is_named_is_imported_before_the_first_worker(serve: Serve) -> None:
    server = serve("inward", options=("--preload", "colorsys,no_such_thing")).ready()
    assert "colorsys" in ask(server, "facts")["before"]
    assert "no_such_thing cannot be imported ahead: ModuleNotFoundError" in server.log


def test_a_library_that_starts_threads_is_not_forked(serve: Serve, wait_until: Wait) -> None:
    server = serve("inward", "threaded", options=("--model", "inward", "--preload", "threaded")).ready()
    assert metadata(server)["forked"] is False
    wait_until(lambda: "threaded starts threads" in server.log)


# --- helpers -----------------------------------------------------------------------------------------------


def ask(server: Any, mode: str) -> Any:
    """The answer to a prediction."""
    answer = server.client.post(PREDICT, params={"mode": mode})
    return answer.json()["predictions"]


def metadata(server: Any) -> Any:
    return server.client.get("/description").json()["metadata"]


def replace_worker(server: Any, wait_until: Wait) -> None:
    """Kill a worker, and wait for the next; it has answered often enough not to be called a failure."""
    started = server.number("fairhaven_workers_started_total")
    ask(server, "facts")
    os.kill(ask(server, "facts")["pid"], signal.SIGKILL)
    wait_until(lambda: server.number("fairhaven_workers_started_total") == started + 1)


def refusing(folder: Path, python: Path, instead: str = "exit 3") -> Path:
    """An interpreter that runs everything but nurseries."""
    script = folder / "python"
    script.write_text(f'#!/bin/sh\ncase "$*" in *--nursery*) {instead};; esac\nexec {python} "$@"\n')
    script.chmod(0o755)
    return script


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def children_of(pid: int) -> set[int]:
    """All that a process has started and not reaped; zombies count."""
    folder = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(child) for child in folder.read_text().split()} if folder.exists() else set()


def below(pid: int) -> set[int]:
    """`children_of`, with theirs."""
    children = children_of(pid)
    return children.union(*(below(child) for child in children))
