"""Service accounts and their tokens."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.cli.context import client, out, show_json, tells_failures
from fairhaven.identity.schemas import TokenSpec
from fairhaven.projects.cli.groups import Account, AsJson, LevelName, Name, Project, Token, account, say


@account.command("list")
@tells_failures
def list_accounts(project: Project, json: AsJson = False) -> None:
    """List the service accounts of a project."""
    found = client().projects.accounts.list(project)
    if json:
        return show_json(found)
    table = Table("Name", "Level", "Role", "", "Id")
    for each in found:
        closed = "closed" if each.disabled else ""
        table.add_row(escape(each.name), each.level, each.role, closed, str(each.id))
    return out.print(table)


@account.command("create")
@tells_failures
def create_account(project: Project, name: Name, level: LevelName = "member") -> None:
    """Make a service account."""
    made = client().projects.accounts.create(project, name, level)
    say(f"{made.name} is there: {made.id}")


@account.command("close")
@tells_failures
def close_account(project: Project, account_id: Account) -> None:
    """Let a service account in no more, for good."""
    client().projects.accounts.close(project, account_id)
    say("It is closed; its tokens are refused from now on.")


@account.command()
@tells_failures
def token(
    project: Project,
    account_id: Account,
    name: Annotated[str, typer.Option(help="Where it is used.")],
    days: Annotated[int, typer.Option(help="Days until it expires.")] = 90,
    scope: Annotated[list[str] | None, typer.Option(help="`resource:verb`; none: all it may.")] = None,
) -> None:
    """Make a token for a service account, and print it: this once."""
    spec = TokenSpec(name=name, days=days, scopes=scope or None)
    say(client().projects.accounts.create_token(project, account_id, spec).secret)


@account.command()
@tells_failures
def tokens(project: Project, account_id: Account, json: AsJson = False) -> None:
    """List the tokens of a service account that still work."""
    found = client().projects.accounts.tokens(project, account_id)
    if json:
        return show_json(found)
    table = Table("Name", "Begins with", "Expires", "Id")
    for each in found:
        table.add_row(escape(each.name), each.prefix, f"{each.expires_at:%Y-%m-%d %H:%M}", str(each.id))
    return out.print(table)


@account.command("revoke-token")
@tells_failures
def revoke_token(project: Project, account_id: Account, token_id: Token) -> None:
    """Make a token of a service account stop working at once."""
    client().projects.accounts.revoke_token(project, account_id, token_id)
    say("It is refused from now on.")


@account.command("rotate-token")
@tells_failures
def rotate_token(
    project: Project,
    account_id: Account,
    token_id: Token,
    overlap: Annotated[float, typer.Option(help="Hours that the old one goes on working.")] = 24,
) -> None:
    """Make a token like this one, print it this once, and let the old one end."""
    made = client().projects.accounts.rotate_token(project, account_id, token_id, overlap_hours=overlap)
    say(made.secret)
