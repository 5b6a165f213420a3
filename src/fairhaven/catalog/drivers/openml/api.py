"""OpenML's JSON interface, version 1: a flow, and how its runs went.

One thing is told as itself rather than as a list of one, numbers as texts, and nothing found by status 412.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from fairhaven.catalog.drivers import asking, telling
from fairhaven.core import outbound
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, RepositoryNotFound, RepositoryUnreachable

HOME = "https://www.openml.org"
NOTHING = 412
LARGEST = 4 << 20
MOST_RESULTS = 50
MEASURES = ("predictive_accuracy", "area_under_roc_curve", "root_mean_squared_error")
_KEY = re.compile(r"flow/([1-9][0-9]{0,9})")
Said = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Result:
    """What a run of the flow reached on the data of a task."""

    run: str
    task: str
    data: str
    measure: str
    value: float
    day: str


@dataclass(frozen=True)
class Flow:
    """A flow as OpenML tells it, and its best results by measure."""

    base: str
    id: str
    said: Said
    results: tuple[Result, ...]

    @property
    def page(self) -> str:
        return f"{self.base}/f/{self.id}"


async def read(place: Place, guard: Guard) -> Flow:
    """The flow as it stands now.

    Raises:
        RepositoryNotFound: there is none, or nobody ran it.
        SourceProblem: it cannot be had.
    """
    found = _KEY.fullmatch(place.key)
    if not found:
        raise RepositoryNotFound(f"`{place.key[:60]}` is no flow.", fix="Write flow/NUMBER, as on its page.")
    base, number = place.base.rstrip("/"), found[1]
    said = await ask(base, f"flow/{number}", guard)
    if said is None:
        raise RepositoryNotFound(f"OpenML has no flow {number}.")
    if await ask(base, f"run/list/flow/{number}/limit/1", guard) is None:
        raise RepositoryNotFound(f"Nobody ever ran flow {number}, so it is no model yet.")
    results = [each for measure in MEASURES for each in await _results(base, number, measure, guard)]
    return Flow(base, number, telling.mapping(said.get("flow")), tuple(results))


async def ask(base: str, path: str, guard: Guard) -> Said | None:
    """What the interface says; None when it found nothing.

    Raises:
        SourceProblem: it cannot be had.
    """
    url = f"{base}/api/v1/json/{path}"
    with asking.told("The flow"):
        found = await outbound.fetch(guard, url, headers={"Accept": asking.JSON}, max_bytes=LARGEST)
    if found.status == NOTHING:
        return None
    if found.status != 200:
        raise RepositoryUnreachable(f"OpenML answered {found.status}.")
    return telling.mapping(asking.read_json(found.body, "OpenML's answer"))


def several(value: JsonValue) -> list[Said]:
    """The mappings of a list; one alone is a list of one."""
    return telling.items([value] if isinstance(value, dict) else value, 10_000)


async def _results(base: str, flow: str, measure: str, guard: Guard) -> list[Result]:
    order = "asc" if measure.endswith("error") else "desc"
    path = f"evaluation/list/function/{measure}/flow/{flow}/limit/{MOST_RESULTS}/sort_order/{order}"
    said = telling.mapping((await ask(base, path, guard) or {}).get("evaluations"))
    best: dict[str, Result] = {}
    for each in several(said.get("evaluation")):
        if (found := _result(each, measure)) and found.data:
            best.setdefault(found.data, found)
    return list(best.values())


def _result(said: Said, measure: str) -> Result | None:
    try:
        value = float(telling.line(said.get("value")))
    except ValueError:
        return None
    run, task, data = (telling.line(said.get(name)) for name in ("run_id", "task_id", "data_name"))
    if not abs(value) < 1e300 or not run.isdecimal():
        return None
    return Result(run, task, data, measure, value, telling.day(said.get("upload_time")))
