"""What a client may ask for, and what it gets when it asks for too much or goes away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

Serve = Callable[..., Any]
Shared = Callable[[str], Any]
Wait = Callable[..., Any]
PREDICT = "/v2/models/everything/predict/"
PROBLEM = {"accept": "application/problem+json"}


def test_a_request_may_set_its_own_deadline(serve: Serve) -> None:
    server = serve("everything").ready()
    late = server.client.post(PREDICT, params={"mode": "hang"}, headers={"x-request-timeout": "1"})
    assert (late.status_code, "1 s" in late.json()["detail"]) == (504, True)
    server.ready()


@pytest.mark.parametrize("told", ["soon", "-1", "nan", "inf", "0"])
def test_a_deadline_that_is_no_number_is_refused(shared: Shared, told: str) -> None:
    answer = shared("everything").client.post(PREDICT, headers={"x-request-timeout": told})
    assert (answer.status_code, "seconds" in answer.json()["detail"]) == (400, True)


def test_who_went_away_while_waiting_is_not_served(serve: Serve, gate: Any, wait_until: Wait) -> None:
    server = serve("everything").ready()
    with ThreadPoolExecutor() as threads:
        running = threads.submit(server.predict, mode="wait", path=str(gate.path))
        wait_until(gate.reached)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(server.url + PREDICT, files={"data": ("a", b"1")}, timeout=0.5)
        wait_until(lambda: server.number("fairhaven_queue_length") == 0)
        wait_until(lambda: not server.files())
        gate.open()
        assert running.result().status_code == 200


def test_one_client_has_only_so_many_requests_under_way(serve: Serve, gate: Any, wait_until: Wait) -> None:
    server = serve("everything", options=("--per-client", "1")).ready()
    with ThreadPoolExecutor() as threads:
        running = threads.submit(server.predict, mode="wait", path=str(gate.path))
        wait_until(gate.reached)
        refused = server.client.post(PREDICT, files={"data": ("a", b"1")})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
        wait_until(lambda: not server.files())
        gate.open()
        assert running.result().status_code == 200
    assert server.predict().status_code == 200


def test_errors_are_problems_for_who_asks(shared: Shared) -> None:
    client = shared("everything").client
    wrong = client.post(PREDICT, params={"count": "many"}, headers=PROBLEM)
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")
    assert wrong.json()["errors"] == {"count": ["Not a valid integer."]}
    missing = client.get("/nowhere", headers=PROBLEM)
    assert missing.json() == {"type": "about:blank", "title": "Not Found", "status": 404}
    assert client.put(PREDICT, headers=PROBLEM).headers["allow"] == "POST"


def test_a_device_is_used_by_one_at_a_time(serve: Serve, tmp_path: Any, gate: Any, wait_until: Wait) -> None:
    lock = str(tmp_path / "device")
    one, other = (serve("everything", options=("--device-lock", lock)).ready() for _ in range(2))
    with ThreadPoolExecutor() as threads:
        running = threads.submit(one.predict, mode="wait", path=str(gate.path))
        wait_until(gate.reached)
        busy = other.client.post(PREDICT, headers={"x-request-timeout": "0.2"})
        assert (busy.status_code, busy.json()["title"]) == (503, "The device is busy")
        gate.open()
        assert running.result().status_code == 200
    assert other.predict().status_code == 200


def test_a_training_holds_the_device_and_a_killed_server_lets_go_of_it(
    serve: Serve, tmp_path: Any, wait_until: Wait
) -> None:
    options = ("--device-lock", str(tmp_path / "device"))
    one, other = (serve("everything", options=options).ready() for _ in range(2))
    one.client.post("/v2/models/everything/train/", params={"mode": "wait"})
    wait_until(lambda: len(one.workers()) >= 2)
    busy = {"headers": {"x-request-timeout": "0.2"}}
    wait_until(lambda: other.client.post(PREDICT, **busy).status_code == 503)
    one.process.kill()
    wait_until(lambda: other.predict().status_code == 200)


def test_predictions_can_be_turned_off(serve: Serve) -> None:
    server = serve("everything", options=("--no-predict",)).ready()
    assert server.predict().status_code == 402
