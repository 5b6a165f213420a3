"""Predictions while a training of six seconds computes: do they wait?"""

import http.client
import os
import statistics
import time
from dataclasses import dataclass
from functools import partial

from tests.bench.runtime import servers
from tests.bench.runtime.asks import WHO, train
from tests.bench.runtime.report import Finding, Plan, interleaved, median, ms
from tests.bench.runtime.servers import Served

TRAINING = 6.0
PAUSE = 0.005
"""Seconds between an answer and the next question."""


@dataclass(frozen=True)
class Waits:
    """What one client waits at p95, in seconds: with nothing else to do, and during the training."""

    idle: float
    training: float

    @property
    def ratio(self) -> float:
        return self.training / self.idle

    def told(self) -> str:
        return f"{ms(self.idle)} → {ms(self.training)}"


def measure(plan: Plan) -> list[Finding]:
    """At p95 at most twice what they take otherwise; told beside it: when it computes on all processors."""
    every = os.cpu_count() or 1
    with servers.runtime("busy") as ours, servers.stock("busy") as stock:
        for served in (ours, stock):
            served.until(partial(WHO.once, served))
        contestants = {"ours": (ours, 1), "stock": (stock, 1), "ours, on all": (ours, every)}
        seen = interleaved(
            plan, {name: partial(_waits, *who, plan.seconds) for name, who in contestants.items()}
        )
    alone, theirs, on_all = (_median(rounds) for rounds in seen.values())
    what = "predict at p95: idle → in a training of 6 s"
    ratio = f"{alone.ratio:.2f} ({theirs.ratio:,.0f})"
    return [
        Finding(what, alone.told(), theirs.told(), ratio, "≤ 2", alone.ratio <= 2),
        Finding(f"  the same, in {every} threads", on_all.told(), "", f"{on_all.ratio:.2f}"),
    ]


def _waits(served: Served, threads: int, seconds: float) -> Waits:
    idle = _p95(served, seconds)
    train(TRAINING, threads).once(served)
    during = _p95(served, TRAINING)
    served.until(partial(_trained, served))
    return Waits(idle, during)


def _median(rounds: list[Waits]) -> Waits:
    return Waits(median(rounds, lambda each: each.idle), median(rounds, lambda each: each.training))


def _p95(served: Served, seconds: float) -> float:
    """Ask for so long, one question after the other; the last one may take longer."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    waits, until = [], time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        connection.request("POST", WHO.path)
        connection.getresponse().read()
        waits.append(time.perf_counter() - begun)
        time.sleep(PAUSE)
    connection.close()
    return statistics.quantiles(waits, n=20, method="inclusive")[-1] if len(waits) > 1 else waits[0]


def _trained(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.request("GET", "/v2/models/busy/train/")
    told = connection.getresponse().read()
    connection.close()
    if b"running" in told:
        raise TimeoutError("the training still runs")
