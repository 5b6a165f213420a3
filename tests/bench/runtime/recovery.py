"""`kill -9` of the worker while clients ask: how long until the next good answer, and does anybody hang?"""

import http.client
import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from functools import partial

from tests.bench.runtime import servers
from tests.bench.runtime.asks import WHO
from tests.bench.runtime.report import Finding, Plan, median
from tests.bench.runtime.servers import Served

CLIENTS = 4
PATIENCE = 10.0
"""Seconds that a client waits for one answer before it calls the request hung."""


@dataclass(frozen=True)
class Answered:
    """One request: its moments, its status (0: no answer within `PATIENCE`), the process that answered."""

    begun: float
    ended: float
    status: int
    process: int


@dataclass(frozen=True)
class Recovery:
    """Seconds to the next good answer, to the slowest one, and how many did not come."""

    seconds: float
    slowest: float
    hung: int
    refused: int


def measure(plan: Plan) -> list[Finding]:
    """A good answer within a second, and every request answered; stock is given ten seconds, once."""
    with servers.runtime("busy") as ours:
        ours.until(partial(WHO.once, ours))
        rounds = [_recovery(ours) for _ in range(plan.rounds)]
    with servers.stock("busy") as stock:
        stock.until(partial(WHO.once, stock))
        theirs = _recovery(stock)
    seconds = median(rounds, lambda each: each.seconds)
    hung, refused = sum(each.hung for each in rounds), sum(each.refused for each in rounds)
    slowest = max(each.slowest for each in rounds)
    never = f"none in {PATIENCE:g} s" if theirs.seconds == float("inf") else f"{theirs.seconds:.2f} s"
    kills = f"in {plan.rounds} kills"
    return [
        Finding(
            "good answer after kill -9 of the worker", f"{seconds:.2f} s", never, "", "≤ 1 s", seconds <= 1
        ),
        Finding("requests that hang", f"{hung} {kills}", f"{theirs.hung} in 1 kill", "", "0", hung == 0),
        Finding("  slowest answer; answers of 503", f"{slowest:.2f} s; {refused} {kills}"),
    ]


def _recovery(served: Served) -> Recovery:
    """Kill the process that predicts while clients ask; look until another has answered, or patience ends."""
    seen: list[Answered] = []
    stop = threading.Event()
    clients = [threading.Thread(target=_ask_on, args=(served, seen, stop)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    worker = json.loads(WHO.once(served))["predictions"]
    time.sleep(0.5)
    killed = time.perf_counter()
    os.kill(worker, signal.SIGKILL)
    while not _by_another(seen, worker) and time.perf_counter() < killed + PATIENCE + 1:
        time.sleep(0.01)
    stop.set()
    for client in clients:
        client.join()
    return Recovery(
        min((each.ended - killed for each in _by_another(seen, worker)), default=float("inf")),
        max(each.ended - each.begun for each in seen),
        sum(each.status == 0 for each in seen),
        sum(each.status == 503 for each in seen),
    )


def _by_another(seen: list[Answered], worker: int) -> list[Answered]:
    """Good answers of another process than the one that was killed."""
    return [each for each in list(seen) if each.status == 200 and each.process != worker]


def _ask_on(served: Served, seen: list[Answered], stop: threading.Event) -> None:
    """One client: asks until told to stop, on a new connection each time."""
    while not stop.is_set():
        begun = time.perf_counter()
        status, process = _asked(served)
        seen.append(Answered(begun, time.perf_counter(), status, process))


def _asked(served: Served) -> tuple[int, int]:
    """Status of one answer, and the process that it is from."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    try:
        connection.request("POST", WHO.path)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        return answer.status, told.get("predictions", 0)
    except OSError:
        return 0, 0
    finally:
        connection.close()
