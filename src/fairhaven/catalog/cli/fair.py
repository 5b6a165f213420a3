"""`fairhaven module fair` and `module assess`: how FAIR a module is, and the robot that finds it out."""

import time
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.catalog.schemas import Assessment, Assessments, FairMetric
from fairhaven.cli.context import client, err, fail, out, show_json, tells_failures

LONGEST = 300.0  # seconds to wait for the robot
PAUSE = 0.5
_TONES = {"passed": "green", "partly": "yellow", "failed": "red"}
Name = Annotated[str, typer.Argument(help="Name of the module.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@tells_failures
def fair(
    name: Name,
    as_json: Json = False,
    whole: Annotated[bool, typer.Option("--all", help="Also metrics that passed.")] = False,
) -> None:
    """Show how FAIR a module is, and how to mend what failed."""
    with client() as platform:
        found = platform.modules.fair(name)
    show_json(found) if as_json else _print(found, whole)


@tells_failures
def assess(
    name: Name,
    wait: Annotated[bool, typer.Option(help="Wait for the robot, and show what it found.")] = True,
) -> None:
    """Send the FAIR robot to a module now."""
    with client() as platform:
        before = platform.modules.fair(name).latest
        platform.modules.assess(name)
        if not wait:
            out.print(f"The robot is on its way: `fairhaven module fair {name}` tells what it finds.")
            return
        end = time.monotonic() + LONGEST
        while (found := platform.modules.fair(name)).latest == before:
            if time.monotonic() > end:
                fail("The robot did not come back. Is a worker of the platform running?")
            time.sleep(PAUSE)
    _print(found, whole=False)


def _print(found: Assessments, whole: bool) -> None:
    latest = found.latest
    if latest is None:
        why = "The robot comes after each release." if found.public else "It is not public."
        out.print(f"{found.module} was never assessed. {why}")
        return
    if latest.problem:
        fail(latest.problem)
    shares = ", ".join(f"{letter} {value:g} %" for letter, value in latest.principles.items())
    out.print(
        f"[bold]{latest.percentage:g} %[/] of F-UJI's points ({shares}), {latest.software:g} % as software"
    )
    out.print(_table(latest, whole))
    if not whole:
        err.print("`--all` shows metrics that passed too.")


def _table(found: Assessment, whole: bool) -> Table:
    table = Table("Metric", "Points", "Test", "What was seen", "How to mend it", box=None)
    for metric in found.metrics:
        if whole or metric.outcome != "passed":
            _add(table, metric, whole)
    return table


def _add(table: Table, metric: FairMetric, whole: bool) -> None:
    tests = [each for each in metric.tests if whole or each.fix]
    for number, each in enumerate(tests):
        head = (f"[{_TONES[metric.outcome]}]{metric.id}[/]", f"{metric.earned:g} / {metric.points:g}")
        first = head if number == 0 else ("", "")
        table.add_row(*first, escape(each.asks), escape(each.evidence[:100]), escape(each.fix or ""))
