"""Commands of identity: `fairhaven token list | create | rotate | revoke`, `fairhaven session list | end`."""

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from fairhaven.cli.context import client, out, show_json, tells_failures
from fairhaven.identity.schemas import NewToken

tokens = typer.Typer(help="Tokens: let programs act as you, as little as they need.", no_args_is_help=True)
sessions = typer.Typer(help="Sessions: where you are signed in.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
TokenId = Annotated[UUID, typer.Argument(help="Id of a token.")]
SessionId = Annotated[UUID, typer.Argument(help="Id of a session.")]


@tokens.command("list")
@tells_failures
def list_tokens(json: AsJson = False) -> None:
    """List your tokens that were not revoked."""
    found = client().tokens.list()
    if json:
        return show_json(found)
    table = Table("Token", "Name", "Begins with", "May", "Expires", "Last used")
    for each in found:
        may = "everything" if each.scopes is None else " ".join(each.scopes) or "nothing"
        used = f"{each.last_used_at:%Y-%m-%d %H:%M}" if each.last_used_at else "never"
        table.add_row(str(each.id), each.name, each.prefix, may, f"{each.expires_at:%Y-%m-%d}", used)
    return out.print(table)


@tokens.command("create")
@tells_failures
def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until it expires.")] = 90,
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do, such as workloads:call; repeat it.")
    ] = None,
    project: Annotated[UUID | None, typer.Option(help="Id of the only project that it is for.")] = None,
) -> None:
    """Make a token; its secret is printed this once."""
    _print(client().tokens.create(name, days=days, scopes=scope, project_id=project))


@tokens.command("rotate")
@tells_failures
def rotate_token(
    token: TokenId,
    overlap: Annotated[
        float, typer.Option(min=0, max=720, help="Hours that the old one goes on working.")
    ] = 24,
) -> None:
    """Replace a token by one like it."""
    _print(client().tokens.rotate(token, overlap_hours=overlap))


@tokens.command("revoke")
@tells_failures
def revoke_token(token: TokenId) -> None:
    """Make a token stop working at once."""
    client().tokens.revoke(token)
    out.print("It is refused from now on.")


@sessions.command("list")
@tells_failures
def list_sessions(json: AsJson = False) -> None:
    """List the browsers in which you are signed in."""
    found = client().sessions.list()
    if json:
        return show_json(found)
    table = Table("Session", "Browser", "Address", "Signed in", "Last seen")
    for each in found:
        seen = f"{each.seen_at:%Y-%m-%d %H:%M}" if each.seen_at else ""
        table.add_row(str(each.id), each.agent, each.address, f"{each.created_at:%Y-%m-%d %H:%M}", seen)
    return out.print(table)


@sessions.command("end")
@tells_failures
def end_session(session: SessionId) -> None:
    """Sign a browser out."""
    client().sessions.end(session)
    out.print("It is signed out.")


def _print(made: NewToken) -> None:
    """The secret alone on standard output, so that it can be piped somewhere safe."""
    typer.echo(made.secret)
