"""`fairhaven notice …`: say something on every page."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from fairhaven.cli.context import client, fail, out, project_option, show_json, tells_failures
from fairhaven.notices.schemas import Audience, NewNotice, Notice, Severity

app = typer.Typer(help="What everybody, or who it concerns, sees on every page.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
@tells_failures
def list_notices(
    every: Annotated[bool, typer.Option("--all", help="Also those to come, over and of others.")] = False,
    json: AsJson = False,
) -> None:
    """List the notices that concern you now."""
    with client() as platform:
        found = list(platform.notices.every() if every else platform.notices.now())
    if json:
        show_json(found)
        return
    table = Table("Words", "Severity", "Audience", "From (UTC)", "Until (UTC)", "Identifier", box=None)
    for each in found:
        begin, end = _when(each.starts_at), _end(each)
        table.add_row(escape(each.text), each.severity, each.audience, begin, end, str(each.id))
    out.print(table if found else "There are no notices.")


@app.command()
@tells_failures
def post(
    text: Annotated[str, typer.Argument(help="Plain words; addresses become links.")],
    severity: Annotated[Severity, typer.Option(help="How much it matters.")] = Severity.INFO,
    audience: Annotated[Audience, typer.Option(help="Whom it concerns.")] = Audience.EVERYBODY,
    project: Annotated[
        UUID | None,
        project_option("For the audience `project`: which one, by short name or id."),
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="From when on, 2026-11-01T06:00 in UTC; at once unless told.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="Until when; until it is withdrawn unless told.")] = None,
    json: AsJson = False,
) -> None:
    """Post a notice."""
    given = {"text": text, "severity": severity, "audience": audience, "project": project}
    given |= {"starts_at": start, "ends_at": end}
    try:
        new = NewNotice.model_validate({k: v for k, v in given.items() if v is not None})
    except ValidationError as wrong:
        fail("\n".join(f"{'.'.join(map(str, each['loc']))} {each['msg']}".strip() for each in wrong.errors()))
    with client() as platform:
        made = platform.notices.post(**new.model_dump(exclude_unset=True))
    show_json(made) if json else out.print(f"It is posted: {made.id}", highlight=False)


@app.command()
@tells_failures
def withdraw(notice: Annotated[UUID, typer.Argument(help="The notice's identifier.")]) -> None:
    """Stop showing a notice."""
    with client() as platform:
        platform.notices.withdraw(notice)
    out.print("It is withdrawn.")


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def _end(notice: Notice) -> str:
    if notice.withdrawn_at:
        return f"withdrawn {_when(notice.withdrawn_at)}"
    return _when(notice.ends_at) if notice.ends_at else "–"
