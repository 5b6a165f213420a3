"""What front and worker weigh with an empty module, and how soon they answer.

The weight is the proportional set size of all processes together: pages that they share count once. The
resident set size, told beside it, counts them for each.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from tests.bench.runtime import servers
from tests.bench.runtime.asks import HELLO
from tests.bench.runtime.report import Finding, Plan, interleaved, median
from tests.bench.runtime.servers import Served


@dataclass(frozen=True)
class Weight:
    """Seconds from the start to the first answer; bytes, proportional and resident."""

    seconds: float
    pss: int
    rss: int

    def megabytes(self) -> str:
        """Both, told in MB."""
        return f"{self.pss / 1e6:.0f} MB PSS, {self.rss / 1e6:.0f} MB RSS"


def measure(plan: Plan) -> list[Finding]:
    """At most 80 MB, at most a second."""
    starts = {"ours": partial(servers.runtime, "bare"), "stock": partial(servers.stock, "bare")}
    seen = interleaved(plan, {name: partial(_weight, start) for name, start in starts.items()})
    ours, stock = (_median(rounds) for rounds in seen.values())
    return [
        Finding(
            "memory with an empty module",
            ours.megabytes(),
            stock.megabytes(),
            "",
            "≤ 80 MB",
            ours.pss <= 80e6,
        ),
        Finding(
            "from start to first answer",
            f"{ours.seconds:.2f} s",
            f"{stock.seconds:.2f} s",
            "",
            "≤ 1 s",
            ours.seconds <= 1,
        ),
    ]


def _weight(start: Callable[[], AbstractContextManager[Served]]) -> Weight:
    with start() as served:
        seconds = served.until(partial(HELLO.once, served))
        return Weight(seconds, *_settled(served))


def _settled(served: Served) -> tuple[int, int]:
    """Its memory once that has stopped growing, for what it still does after the first answer."""
    before, now = (0, 0), served.memory()
    while now[0] > 1.01 * before[0]:
        time.sleep(1)
        before, now = now, served.memory()
    return now


def _median(rounds: list[Weight]) -> Weight:
    seconds = median(rounds, lambda each: each.seconds)
    pss, rss = median(rounds, lambda each: each.pss), median(rounds, lambda each: each.rss)
    return Weight(seconds, round(pss), round(rss))
