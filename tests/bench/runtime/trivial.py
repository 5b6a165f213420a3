"""A prediction that costs nothing: requests a second of 16 clients, and how long one client waits."""

from functools import partial

from tests.bench.runtime import servers
from tests.bench.runtime.asks import ECHO
from tests.bench.runtime.load import press
from tests.bench.runtime.report import Finding, Plan, at_least, at_most, interleaved, median


def measure(plan: Plan) -> list[Finding]:
    """Against stock: three times the requests a second, half the median latency."""
    with servers.runtime("echo") as ours, servers.stock("echo") as stock:
        for served in (ours, stock):
            served.until(partial(ECHO.once, served))
        seen = interleaved(
            plan,
            {
                f"{served.name} {clients}": partial(
                    press, served, ECHO, clients=clients, seconds=plan.seconds
                )
                for clients in (1, 16)
                for served in (ours, stock)
            },
        )
    rate, waits = {}, {}
    for who in ("ours", "stock"):
        rate[who] = median(seen[f"{who} 16"], lambda figures: figures.rate)
        waits[who] = median(seen[f"{who} 1"], lambda figures: figures.p50)
    return [
        at_least("trivial predict, 16 clients, against stock", rate["ours"], rate["stock"], 3, "/s"),
        at_most("trivial predict, p50 at 1 client, against stock", waits["ours"], waits["stock"], 0.5),
    ]
