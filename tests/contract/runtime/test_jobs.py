"""Predictions that outlive their request: `Prefer: respond-async`."""

from collections.abc import Callable
from typing import Any

import pytest

Shared = Callable[[str], Any]
Serve = Callable[..., Any]
Wait = Callable[..., Any]
PREDICT = "/v2/models/everything/predict/"
LATER = {"prefer": "respond-async"}


def test_a_job_is_accepted_and_keeps_its_answer_to_be_fetched_once(
    shared: Shared, gate: Any, wait_until: Wait
) -> None:
    client = shared("everything").client
    accepted = client.post(PREDICT, params={"mode": "wait", "path": str(gate.path)}, headers=LATER)
    where = accepted.headers["location"]
    assert (accepted.status_code, accepted.headers["preference-applied"]) == (202, "respond-async")
    assert accepted.json()["status"] == "running"
    assert client.get(where + "/result").status_code == 409
    wait_until(gate.reached)
    gate.open("done at last")
    done = wait_until(lambda: (told := client.get(where).json())["status"] == "done" and told)
    assert done["id"] in [job["id"] for job in client.get("/jobs/").json()]
    assert client.get(done["result"]).json() == {"status": "OK", "predictions": "done at last"}
    assert client.get(done["result"]).status_code == 404


def test_who_is_ready_to_wait_a_little_gets_a_quick_answer_at_once(shared: Shared) -> None:
    client = shared("everything").client
    answer = client.post(PREDICT, headers={"prefer": "respond-async, wait=20"})
    assert (answer.status_code, answer.json()["status"]) == (200, "OK")
    assert client.get("/jobs/").json() == []


def test_a_failed_job_keeps_the_reason(shared: Shared, wait_until: Wait) -> None:
    client = shared("everything").client
    where = client.post(PREDICT, params={"mode": "raise"}, headers=LATER).headers["location"]
    wait_until(lambda: client.get(where).json()["status"] == "error")
    answer = client.get(where + "/result")
    assert (answer.status_code, answer.json()["title"]) == (500, "RuntimeError")


def test_a_cancelled_job_ends_its_worker_and_its_files(serve: Serve, wait_until: Wait) -> None:
    server = serve("everything").ready()
    sent = {"params": {"mode": "hang"}, "files": {"data": ("a", b"12345")}, "headers": LATER}
    where = server.client.post(PREDICT, **sent).headers["location"]
    wait_until(lambda: server.number("fairhaven_workers_busy") == 1)
    cancelled = server.client.delete(where)
    assert cancelled.json()["status"] == "cancelled"
    assert server.client.get(where).status_code == 404
    assert server.files() == []
    wait_until(lambda: server.predict().status_code == 200)


def test_there_are_only_so_many_jobs(serve: Serve) -> None:
    server = serve("everything", options=("--jobs", "1")).ready()
    hang = {"params": {"mode": "hang"}, "headers": LATER}
    assert server.client.post(PREDICT, **hang).status_code == 202
    refused = server.client.post(PREDICT, **hang)
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
    assert server.files() == []


@pytest.mark.parametrize("wait", ["soon", "-1", "inf"])
def test_a_job_that_cannot_begin_leaves_no_file(shared: Shared, wait: str) -> None:
    server = shared("everything")
    headers = {"prefer": f"respond-async, wait={wait}"}
    answer = server.client.post(PREDICT, files={"data": ("a", b"12345")}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert server.files() == []


def test_old_jobs_are_forgotten(serve: Serve, wait_until: Wait) -> None:
    server = serve("everything", options=("--keep-jobs", "0.01")).ready()
    assert server.client.post(PREDICT, headers=LATER).status_code == 202
    wait_until(lambda: server.client.get("/jobs/").json() == [])
