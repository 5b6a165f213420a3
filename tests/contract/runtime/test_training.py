"""Trainings: started, listed, cancelled, failing, with uploads; predictions go on meanwhile."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Serve = Callable[..., Any]
Wait = Callable[..., Any]
TRAIN = "/v2/models/everything/train/"


def ended(server: Any, name: str, wait_until: Wait) -> Any:
    """The training's report once it no longer runs."""

    def report() -> Any:
        found = server.client.get(TRAIN + name).json()
        return found["status"] != "running" and found

    return wait_until(report)


def test_a_training_runs_to_its_result(shared: Callable[[str], Any], wait_until: Wait) -> None:
    server = shared("everything")
    begun = server.client.post(TRAIN, params={"epochs": "3"}).json()
    assert list(begun) == ["date", "args", "uuid", "status"]
    assert begun["args"] == {"epochs": 3, "mode": "quick"}
    assert re.fullmatch("[0-9a-f]{32}", begun["uuid"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", begun["date"])
    done = ended(server, begun["uuid"], wait_until)
    assert done["status"] == "done"
    assert done["result"]["output"] == {"epochs": 3, "bytes": None}
    assert list(done["result"]) == ["output", "finish_date", "duration"]
    assert done in server.client.get(TRAIN).json()
    assert server.client.get(TRAIN + begun["uuid"] + "/").status_code == 404


def test_a_failing_training_keeps_its_message(shared: Callable[[str], Any], wait_until: Wait) -> None:
    server = shared("everything")
    begun = server.client.post(TRAIN, params={"mode": "fail"}).json()
    failed = ended(server, begun["uuid"], wait_until)
    assert (failed["status"], failed["message"]) == ("error", "no data to learn from")


def test_wrong_arguments_start_no_training(shared: Callable[[str], Any]) -> None:
    server = shared("everything")
    before = server.client.get(TRAIN).json()
    answer = server.client.post(TRAIN, params={"epochs": "x"}, files={"data": ("a", b"1")})
    assert (answer.status_code, answer.json()) == (422, {"epochs": ["Not a valid integer."]})
    assert server.client.get(TRAIN).json() == before
    assert server.files() == []


def test_an_upload_lives_as_long_as_its_training(shared: Callable[[str], Any], wait_until: Wait) -> None:
    server = shared("everything")
    begun = server.client.post(TRAIN, files={"data": ("a.csv", b"12345", "text/csv")}).json()
    assert begun["args"]["data"] == ["data", "text/csv", "a.csv"]
    done = ended(server, begun["uuid"], wait_until)
    assert done["result"]["output"]["bytes"] == 5
    wait_until(lambda: not server.files())


def test_a_cancelled_training_ends_its_process_and_predictions_went_on(
    serve: Serve, wait_until: Wait
) -> None:
    server = serve("everything").ready()
    begun = server.client.post(TRAIN, params={"mode": "wait"}, files={"data": ("a", b"1")}).json()
    wait_until(lambda: len(server.workers()) == 2)
    assert server.predict().status_code == 200
    assert server.number("fairhaven_trainings_running") == 1
    cancelled = server.client.delete(TRAIN + begun["uuid"])
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert server.client.get(TRAIN + begun["uuid"]).status_code == 404
    assert server.client.delete(TRAIN + begun["uuid"]).status_code == 404
    assert server.client.get(TRAIN).json() == []
    assert len(server.workers()) == 1
    assert server.files() == []


def test_trainings_outlive_the_server_and_an_interrupted_one_can_go_on(
    serve: Serve, tmp_path: Path, wait_until: Wait
) -> None:
    options = ("--state-dir", str(tmp_path))
    server = serve("everything", options=options).ready()
    quick = server.client.post(TRAIN, params={"epochs": "1"}).json()
    done = ended(server, quick["uuid"], wait_until)
    long = server.client.post(TRAIN, params={"mode": "wait"}, files={"data": ("a", b"12345")}).json()
    server.process.kill()
    server.process.wait()
    heir = serve("everything", options=options).ready()
    assert heir.client.get(TRAIN).json()[0] == done
    interrupted = heir.client.get(TRAIN + long["uuid"]).json()
    assert (interrupted["status"], "start it again" in interrupted["message"]) == ("error", True)
    assert interrupted["args"] == long["args"]
    again = heir.client.post(TRAIN + long["uuid"]).json()
    assert (again["status"], again["uuid"]) == ("running", long["uuid"])
    assert heir.client.delete(TRAIN + long["uuid"]).json()["status"] == "cancelled"
    assert [path.name for path in (tmp_path / "trainings").iterdir()] == [quick["uuid"] + ".json"]


def test_a_training_that_goes_on_has_its_uploads(serve: Serve, tmp_path: Path, wait_until: Wait) -> None:
    server = serve("everything", options=("--state-dir", str(tmp_path))).ready()
    sent = {"params": {"mode": "fail"}, "files": {"data": ("a", b"12345")}}
    failed = server.client.post(TRAIN, **sent).json()
    assert ended(server, failed["uuid"], wait_until)["status"] == "error"
    assert server.files() == []
    (kept,) = (tmp_path / "trainings" / failed["uuid"]).glob("*-0")
    assert kept.read_bytes() == b"12345"
    assert server.client.post(TRAIN + failed["uuid"]).json()["status"] == "running"
    assert ended(server, failed["uuid"], wait_until)["message"] == "no data to learn from"
    done = server.client.post(TRAIN, files={"data": ("a", b"1234567")}).json()
    assert ended(server, done["uuid"], wait_until)["result"]["output"]["bytes"] == 7
    assert not (tmp_path / "trainings" / done["uuid"]).exists()
