"""`fairhaven audit …`: read, export and verify the audit log."""

import json as jsons
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from fairhaven.audit.chain import Checker, Finding, Line, Wrong
from fairhaven.audit.schemas import Filter, Form
from fairhaven.cli.context import client, fail, out, project_option, show_json, tells_failures
from fairhaven.core.marks import canonical, mark

app = typer.Typer(help="Who did what, when and from where.", no_args_is_help=True)

Who = Annotated[str, typer.Option(help="Who did it: an identifier, the exact name, or `me`.")]
Kind = Annotated[
    str, typer.Option(help="What kind: `workload.queued`, or `workload` for all of that family.")
]
Thing = Annotated[UUID | None, typer.Option(help="The identifier of what it was done to.")]
Project = Annotated[
    UUID | None,
    project_option("The project that it belongs to, by short name or id."),
]
Since = Annotated[str | None, typer.Option(help="From this day or moment on: 2026-11-01, 2026-11-01T12:00Z.")]
Until = Annotated[str | None, typer.Option(help="Up to this day, or before this moment.")]
Text = Annotated[str, typer.Option("--text", help="Words in the name, the address, the kind or the data.")]


@app.command("list")
@tells_failures
def list_entries(
    who: Who = "",
    kind: Kind = "",
    thing: Thing = None,
    project: Project = None,
    since: Since = None,
    until: Until = None,
    text: Text = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most lines to show.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what happened, newest first."""
    wanted = _wanted(who, kind, thing, project, since, until, text)
    with client() as platform:
        found = list(islice(platform.audit.every(**wanted), limit))
    if json:
        show_json(found)
        return
    table = Table("Line", "When (UTC)", "Who", "What", "From", box=None)
    for each in found:
        table.add_row(
            str(each.number or "–"),
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            escape(each.actor),
            escape(each.says),
            each.address or "–",
        )
    out.print(table if found else "Nothing fits.")


@app.command()
@tells_failures
def export(
    form: Annotated[Form, typer.Option("--format", help="How the file is written.")] = Form.JSONL,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; the terminal unless told.")
    ] = None,
    who: Who = "",
    kind: Kind = "",
    thing: Thing = None,
    project: Project = None,
    since: Since = None,
    until: Until = None,
    text: Text = "",
) -> None:
    """Export lines, oldest first, as CSV or JSON Lines."""
    wanted = _wanted(who, kind, thing, project, since, until, text)
    with client() as platform, output.open("wb") if output else sys.stdout.buffer as file:
        for piece in platform.audit.export(form, **wanted):
            file.write(piece)


@app.command()
@tells_failures
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="A whole export as JSON Lines; without it, the platform's own log.")
    ] = None,
    expect: Annotated[
        str | None, typer.Option(help="`NUMBER:HASH` of a line, as an earlier verification told it.")
    ] = None,
) -> None:
    """Look whether lines were removed, changed, inserted or moved; exit code 1 when some were."""
    number, hash, flaws = _verify_file(file, expect) if file else _verify_platform(expect)
    for each in flaws:
        out.print(f"[red]{escape(each)}[/red]", highlight=False)
    if flaws:
        fail(f"The log was tampered with: {len(flaws)} finding{'s' if len(flaws) > 1 else ''}.")
    out.print(f"{number} lines follow from one another. The last: {number}:{hash}", highlight=False)


def _verify_platform(expect: str | None) -> tuple[int, str, list[str]]:
    flaws: list[str] = []
    number, hash = 0, ""
    with client() as platform, out.status("Following the chain …") as status:
        for part in platform.audit.verify(expect=expect):
            number, hash = part.number, part.hash
            flaws += [each.says for each in part.flaws]
            status.update(f"{number} lines …")
    return number, hash, flaws


def _verify_file(file: Path, expect: str | None) -> tuple[int, str, list[str]]:
    checker, known = Checker(), {expect} if expect else set()
    with file.open("rb") as lines:
        try:
            flaws = [each.says for each in _findings(checker, lines, known)]
        except (ValueError, KeyError, TypeError):
            fail(f"{file} is not an export as JSON Lines.")
    flaws += [f"The line {each} is not there." for each in known]
    return checker.number, checker.hash, flaws


def _findings(checker: Checker, lines: Any, known: set[str]) -> Iterator[Finding]:
    for text in lines:
        told = jsons.loads(text)
        known.discard(f"{told['number']}:{told['hash']}")
        yield from checker.check([Line(told["number"], told["hash"], canonical(told["fact"]))])
        who, number = told.get("who") or {}, told["number"]
        if who.get("salt") and mark(who["salt"], who["actor"], who["address"]) != told["fact"]["mark"]:
            yield Finding(Wrong.CHANGED, number, f"Line {number} was changed: it names somebody else.")


def _wanted(
    who: str,
    kind: str,
    thing: UUID | None,
    project: UUID | None,
    since: str | None,
    until: str | None,
    text: str,
) -> dict[str, Any]:
    given = {"who": who, "kind": kind, "thing": thing, "project": project, "text": text}
    given |= {"since": since, "until": until}
    try:
        Filter.model_validate(given)
    except ValidationError as wrong:
        fail("\n".join(f"{each['loc'][0]}: {each['msg']}" for each in wrong.errors()))
    return given
