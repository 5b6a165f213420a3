"""Predictions while a training of six seconds keeps all processors busy: do they wait?"""

import http.client
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


def measure(plan: Plan) -> list[Finding]:
    """At p95 at most twice what they take otherwise."""
    with servers.runtime("busy") as ours, servers.stock("busy") as stock:
        for served in (ours, stock):
            served.until(partial(WHO.once, served))
        seen = interleaved(plan, {served.name: partial(_waits, served, plan) for served in (ours, stock)})
    told, ratio = {}, {}
    for who, rounds in seen.items():
        idle, training = median(rounds, lambda each: each.idle), median(rounds, lambda each: each.training)
        told[who], ratio[who] = f"{ms(idle)} → {ms(training)}", training / idle
    what = "predict at p95, idle → in a training of 6 s"
    shown = f"{ratio['ours']:.2f} ({ratio['stock']:,.0f})"
    return [Finding(what, told["ours"], told["stock"], shown, "≤ 2", ratio["ours"] <= 2)]


def _waits(served: Served, plan: Plan) -> Waits:
    idle = _p95(served, plan.seconds)
    train(TRAINING).once(served)
    during = _p95(served, TRAINING)
    served.until(partial(_trained, served))
    return Waits(idle, during)


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
