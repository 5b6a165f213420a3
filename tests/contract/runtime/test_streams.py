"""Generators: server-sent events, lines of JSON, or a list; stopped when nobody reads any more."""

import json
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import httpx

Shared = Callable[[str], Any]
Wait = Callable[..., Any]
PREDICT = "/v2/models/streaming/predict/"
EVENTS = {"accept": "text/event-stream"}


def test_events_come_as_they_are_made(shared: Shared, gate: Any, wait_until: Wait) -> None:
    server = shared("streaming")
    with server.client.stream("POST", PREDICT, params={"gate": str(gate.path)}, headers=EVENTS) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        lines = answer.iter_lines()
        assert json.loads(next(lines).removeprefix("data: ")) == {"number": 0, "size": None}
        wait_until(gate.reached)  # the last piece is not made yet, and the first has arrived
        gate.open()
        assert [line for line in lines if line][-2:] == ["event: end", "data: {}"]


def test_lines_of_json_for_who_asks_for_them(shared: Shared) -> None:
    answer = shared("streaming").client.post(PREDICT, headers={"accept": "application/x-ndjson"})
    assert [json.loads(line)["number"] for line in answer.text.splitlines()] == [0, 1, 2]


def test_others_get_a_list(shared: Shared) -> None:
    answer = shared("streaming").client.post(PREDICT)
    assert [piece["number"] for piece in answer.json()["predictions"]] == [0, 1, 2]


def test_an_error_in_the_midst_is_the_last_event(shared: Shared) -> None:
    server = shared("streaming")
    answer = server.client.post(PREDICT, params={"fail_at": 1}, headers=EVENTS)
    assert answer.status_code == 200
    *_, name, data = [line for line in answer.text.splitlines() if line]
    assert name == "event: error"
    assert json.loads(data.removeprefix("data: "))["detail"] == "the well ran dry"
    assert server.client.post(PREDICT).status_code == 200


def test_an_upload_lives_until_the_stream_ends(shared: Shared, wait_until: Wait) -> None:
    server = shared("streaming")
    answer = server.client.post(PREDICT, files={"data": ("a", b"12345")}, headers=EVENTS)
    assert answer.text.count('"size": 5') == 3
    wait_until(lambda: not server.files())


def test_a_stream_that_nobody_reads_is_stopped(shared: Shared, tmp_path: Any, wait_until: Wait) -> None:
    server, note = shared("streaming"), tmp_path / "note"
    asked = {"count": 10_000_000, "note": str(note)}
    before = server.workers()
    with server.client.stream("POST", PREDICT, params=asked, headers=EVENTS) as answer:
        next(answer.iter_lines())
    wait_until(note.exists)
    wait_until(lambda: server.client.post(PREDICT, params={"count": 1}).status_code == 200)
    assert server.workers() == before  # the same worker goes on


def test_a_crash_breaks_the_stream_off(serve: Callable[..., Any], gate: Any, wait_until: Wait) -> None:
    server = serve("streaming").ready()
    broken = threading.Event()

    def read() -> None:
        try:
            httpx.post(server.url + PREDICT, params={"gate": str(gate.path)}, headers=EVENTS, timeout=20)
        except httpx.RemoteProtocolError:
            broken.set()

    reader = threading.Thread(target=read)
    reader.start()
    wait_until(gate.reached)
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)
    reader.join(10)
    assert broken.is_set()  # a cut answer is not mistaken for a whole one
    wait_until(lambda: server.client.post(PREDICT).status_code == 200)
