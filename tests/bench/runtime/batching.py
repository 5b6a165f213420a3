"""Predictions of a network answered together: requests a second with p99 in 50 ms; the wait of one client."""

import subprocess
from functools import partial
from pathlib import Path

from tests.bench.runtime import environments, servers
from tests.bench.runtime.asks import pixels
from tests.bench.runtime.load import press
from tests.bench.runtime.report import Finding, Plan, at_least, at_most, interleaved, median
from tests.bench.runtime.servers import Served

LONGEST = 0.05
STEPS = (4, 8, 12, 16, 24, 32, 48, 64)
"""Clients; each step is measured until one is too slow."""

ASK = pixels(784)


def measure(plan: Plan) -> list[Finding]:
    """With batches, half as many requests again; one client waits no longer than without."""
    python = environments.python("bench-onnx")
    start = partial(servers.runtime, "mlp", python=python, BENCH_MLP=str(_network(python)))
    with start(options=("--batch-size", "32")) as batched, start(options=("--batch-size", "1")) as single:
        both = {"batched": batched, "single": single}
        for served in both.values():
            served.until(partial(ASK.once, served))
        alone = interleaved(plan, {name: partial(_p50, served, plan) for name, served in both.items()})
        good = interleaved(plan, {name: partial(_goodput, served, plan) for name, served in both.items()})
    waits = {name: median(each, lambda seconds: seconds) for name, each in alone.items()}
    rates = {name: median(each, lambda rate: rate) for name, each in good.items()}
    return [
        at_least("MLP, p99 ≤ 50 ms: batched against not", rates["batched"], rates["single"], 1.5, "/s"),
        at_most("MLP, p50 at 1 client: batched against not", waits["batched"], waits["single"], 1.05),
    ]


def _p50(served: Served, plan: Plan) -> float:
    return press(served, ASK, clients=1, seconds=plan.seconds).p50


def _goodput(served: Served, plan: Plan) -> float:
    """The most requests a second that were answered with p99 in `LONGEST`; more clients at each step."""
    best = 0.0
    for clients in STEPS:
        figures = press(served, ASK, clients=clients, seconds=plan.seconds / 2)
        if figures.p99 > LONGEST:
            break
        best = max(best, figures.rate)
    return best


def _network(python: Path) -> Path:
    """The generated network's file, made once."""
    path = environments.cache() / "mlp.onnx"
    if not path.exists():
        new = path.with_suffix(".new")
        script = Path(__file__).parent / "modules" / "make_mlp.py"
        subprocess.run([python, script, new], check=True)
        new.replace(path)
    return path
