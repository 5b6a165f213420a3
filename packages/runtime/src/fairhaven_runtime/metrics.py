"""Counters of one server, in the text format that Prometheus reads."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

BUCKETS = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
"""Upper bounds of the histogram of durations, in seconds."""
_BOUNDS = (*BUCKETS, float("inf"))


@dataclass
class Metrics:
    """What happened since the start."""

    started: float = field(default_factory=time.time)
    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    durations: Counter[float] = field(default_factory=Counter)
    seconds: float = 0.0
    predictions: int = 0
    workers_started: int = 0
    loads_failed: int = 0
    records_dropped: int = 0
    batches: int = 0
    batched: int = 0

    def count(self, route: str, status: int) -> None:
        """One request was answered."""
        self.requests[route, status] += 1

    def time(self, seconds: float) -> None:
        """One prediction took this long."""
        self.predictions += 1
        self.seconds += seconds
        self.durations[_BOUNDS[bisect_left(BUCKETS, seconds)]] += 1

    def batch(self, size: int) -> None:
        """So many calls were answered together."""
        self.batches += 1
        self.batched += size

    def text(self, gauges: Mapping[str, int]) -> str:
        """All numbers; `gauges` are those that only the moment knows."""
        lines = ["# TYPE fairhaven_requests_total counter"]
        for (route, status), count in sorted(self.requests.items()):
            lines.append(f'fairhaven_requests_total{{route="{route}",status="{status}"}} {count}')
        lines += self._histogram()
        lines += _single("counter", "workers_started_total", self.workers_started)
        lines += _single("counter", "loads_failed_total", self.loads_failed)
        lines += _single("counter", "records_dropped_total", self.records_dropped)
        lines += _single("counter", "batches_total", self.batches)
        lines += _single("counter", "batched_requests_total", self.batched)
        lines += _single("gauge", "start_time_seconds", round(self.started, 3))
        for name, value in gauges.items():
            lines += _single("gauge", name, value)
        return "\n".join(lines) + "\n"

    def _histogram(self) -> list[str]:
        name, total = "fairhaven_prediction_seconds", 0
        lines = [f"# TYPE {name} histogram"]
        for bound in BUCKETS:
            total += self.durations[bound]
            lines.append(f'{name}_bucket{{le="{bound:g}"}} {total}')
        lines.append(f'{name}_bucket{{le="+Inf"}} {self.predictions}')
        return [*lines, f"{name}_sum {self.seconds:.6f}", f"{name}_count {self.predictions}"]


def _single(kind: str, name: str, value: float) -> list[str]:
    return [f"# TYPE fairhaven_{name} {kind}", f"fairhaven_{name} {value}"]
