"""Processor time of a request, all processes together, against MLServer and BentoML with the same echo."""

from contextlib import ExitStack
from functools import partial

from tests.bench.runtime import servers
from tests.bench.runtime.asks import BENTO, ECHO, INFER
from tests.bench.runtime.load import Ask, press
from tests.bench.runtime.report import Finding, Plan, at_most, interleaved, median, of_clients
from tests.bench.runtime.servers import Served


def measure(plan: Plan) -> list[Finding]:
    """At 1 and 16 clients, not more than the better of the two; MLServer is also run without its worker."""
    with ExitStack() as stack:
        ours = stack.enter_context(servers.runtime("echo"))
        mlserver = stack.enter_context(servers.mlserver(workers=1))
        in_process = stack.enter_context(servers.mlserver(workers=0))
        bentoml = stack.enter_context(servers.bentoml())
        asked = {
            "ours": (ours, ECHO),
            "ours by Open Inference": (ours, INFER),
            "MLServer": (mlserver, INFER),
            "MLServer in one process": (in_process, INFER),
            "BentoML": (bentoml, BENTO),
        }
        for served, ask in asked.values():
            served.until(partial(ask.once, served))
        seen = {
            clients: interleaved(
                plan,
                {
                    name: partial(_cpu, served, ask, clients=clients, seconds=plan.seconds)
                    for name, (served, ask) in asked.items()
                },
            )
            for clients in (1, 16)
        }
    spent = {
        clients: {name: median(each, lambda seconds: seconds) for name, each in rounds.items()}
        for clients, rounds in seen.items()
    }
    return [finding for clients, costs in spent.items() for finding in _compared(costs, clients)]


def _compared(costs: dict[str, float], clients: int) -> list[Finding]:
    theirs = {name: cost for name, cost in costs.items() if not name.startswith("ours")}
    best = min(theirs, key=lambda name: theirs[name])
    lines = [
        at_most(f"CPU a request, {of_clients(clients)}, {name}, against {best}", cost, theirs[best], 1)
        for name, cost in costs.items()
        if name.startswith("ours")
    ]
    return lines + [
        at_most(f"  {name}", costs["ours"], cost, 1, aimed=False) for name, cost in theirs.items()
    ]


def _cpu(served: Served, ask: Ask, *, clients: int, seconds: float) -> float:
    """Seconds of processor time of one request."""
    before = served.cpu_seconds()
    figures = press(served, ask, clients=clients, seconds=seconds)
    return (served.cpu_seconds() - before) / figures.answered
