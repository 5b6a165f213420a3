"""Ten thousand requests while workers, their nursery and the server itself are killed at random."""

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc"),
]

Serve = Callable[..., Any]
Wait = Callable[..., Any]
REQUESTS, CLIENTS, KILLS = 10_000, 8, 40
QUIET = 1_000
"""Requests before the first kill and after the last."""

LARGE = 5_000_000
"""Characters of an answer that travels as a file."""

CHANCE = random.Random(20_240_131)
MODEL = "/v2/models/tally"
BOUNDARY = "a-boundary"


def test_every_request_is_answered_once_or_cleanly_broken_off(
    serve: Serve, wait_until: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally, work = tmp_path / "tally", tmp_path / "work"
    monkeypatch.setenv("TALLY", str(tally))
    options = ("--workers", "2", "--work-dir", str(work), "--state-dir", str(tmp_path / "state"))
    server = serve("tally", options=options).ready()
    port = server.client.base_url.port
    trained = a_training(server, wait_until)
    crowd = Crowd(port)

    with ThreadPoolExecutor(CLIENTS) as threads:
        clients = [threads.submit(crowd.client) for _ in range(CLIENTS)]
        crowd.wait_for(QUIET)
        before = memory(server, wait_until)
        for moment, kill in kills():
            crowd.wait_for(moment)
            if kill is kill_server:
                kill_server(server)
                server = serve("tally", options=(*options, "--port", str(port)))
            else:
                kill(server, wait_until)
        for client in clients:
            client.result()

    assert server.ready().client.get(f"{MODEL}/train/").json() == [trained]
    check_outcomes(crowd.outcomes, Counter(tally.read_text().split()))
    wait_until(lambda: not [path for path in work.glob("*/[ua]*/**/*") if path.is_file()])
    assert memory(server, wait_until) < 1.1 * before
    server.process.terminate()
    assert server.process.wait(timeout=20) == 0
    assert list(work.iterdir()) == []


def check_outcomes(outcomes: dict[str, int | str], runs: Counter[str]) -> None:
    """All were sent, nearly all answered, none run twice; that no answer was another's, clients have seen."""
    counts = Counter(outcomes.values())
    assert counts.total() == REQUESTS
    assert set(counts) <= {200, 503, "broken"}, counts
    assert counts[200] > REQUESTS - 2 * CLIENTS * KILLS, counts
    assert set(runs.values()) == {1}
    assert {token for token, outcome in outcomes.items() if outcome == 200} <= runs.keys()


# --- clients -----------------------------------------------------------------------------------------------


class Crowd:
    """Clients that send every token once, whatever happens; `outcomes` are statuses, or "broken"."""

    def __init__(self, port: int) -> None:
        self.outcomes: dict[str, int | str] = {}
        self._port = port
        self._numbers: Iterator[int] = iter(range(REQUESTS))

    def client(self) -> None:
        """Send tokens until none are left, over one connection as long as it holds and is served."""
        connection = self._connected()
        for number in self._numbers:
            token = f"t{number:05d}"
            try:
                self.outcomes[token] = ask(connection, token, number)
            except (ConnectionError, HTTPException):
                self.outcomes[token] = "broken"
            if self.outcomes[token] != 200:  # as who reads `Retry-After`: a refusal takes no time at all
                connection.close()
                connection = self._connected()

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have come to an end."""
        deadline = time.monotonic() + 60
        while len(self.outcomes) < count:
            assert time.monotonic() < deadline, f"only {len(self.outcomes)} requests came to an end"
            threading.Event().wait(0.001)

    def _connected(self) -> HTTPConnection:
        """A connection to the server, as soon as it is there and ready (again)."""
        for _ in range(2_000):
            connection = HTTPConnection("127.0.0.1", self._port, timeout=20)
            try:
                connection.request("GET", "/readyz")
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    return connection
            except (ConnectionError, HTTPException):
                connection.close()
            threading.Event().wait(0.01)
        raise AssertionError("the server did not come back")


def ask(connection: HTTPConnection, token: str, number: int) -> int:
    """Send one token, every tenth with an upload, some for a large answer; the status of the answer.

    Raises:
        AssertionError: it is the answer to another request.
        TimeoutError: there is none, and the connection stays open.
    """
    padding = LARGE if number % 200 == 0 else 0
    body, kind = uploaded(token) if number % 10 == 0 else (b"", "application/x-www-form-urlencoded")
    url = f"{MODEL}/predict/?token={token}&padding={padding}"
    connection.request("POST", url, body, {"content-type": kind})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status == 200:
        told = json.loads(text)["predictions"]
        assert (told["token"], told["sent"]) == (token, token if body else None)
        assert len(told["padding"]) == padding
    return answer.status


def uploaded(token: str) -> tuple[bytes, str]:
    """A form with one file, and its content type."""
    head = 'Content-Disposition: form-data; name="data"; filename="a.txt"'
    text = f"--{BOUNDARY}\r\n{head}\r\n\r\n{token}\r\n--{BOUNDARY}--\r\n"
    return text.encode(), f"multipart/form-data; boundary={BOUNDARY}"


def a_training(server: Any, wait_until: Wait) -> Any:
    """A training, done, as the server lists it."""
    url = f"{MODEL}/train/{server.client.post(f'{MODEL}/train/').json()['uuid']}"
    return wait_until(lambda: (told := server.client.get(url).json())["status"] == "done" and told)


# --- kills -------------------------------------------------------------------------------------------------


def kills() -> list[tuple[int, Callable[..., None]]]:
    """After how many requests who is killed: the nursery once, the server once, else a worker."""
    moments = sorted(CHANCE.sample(range(QUIET, REQUESTS - QUIET), KILLS))
    victims: list[Callable[..., None]] = [kill_worker] * KILLS
    victims[KILLS // 4], victims[KILLS // 2] = kill_nursery, kill_server
    return list(zip(moments, victims, strict=True))


def kill_worker(server: Any, wait_until: Wait) -> None:
    os.kill(CHANCE.choice(wait_until(server.workers)), signal.SIGKILL)


def kill_nursery(server: Any, wait_until: Wait) -> None:
    os.kill(wait_until(server.nursery), signal.SIGKILL)


def kill_server(server: Any) -> None:
    server.process.kill()
    server.process.wait()


# --- memory ------------------------------------------------------------------------------------------------


def memory(server: Any, wait_until: Wait) -> int:
    """Kilobytes that the server and all below it have for themselves, when all its workers are ready."""
    wait_until(lambda: server.number("fairhaven_workers_ready") == 2)
    wait_until(server.nursery)
    return sum(own_memory(pid) for pid in (server.process.pid, server.nursery(), *server.workers()))


def own_memory(pid: int) -> int:
    """Kilobytes of a process's anonymous memory; what is shared after a fork counts by its share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Pss_Anon:")))
