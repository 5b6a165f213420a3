"""Commands of identity: tokens, sessions, linked accounts, issuers, local accounts, people."""

import json as jsons
import sys
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.cli.context import client, fail, out, show_json, tells_failures
from fairhaven.identity.schemas import NewToken, PasswordLink

tokens = typer.Typer(help="Tokens: let programs act as you, as little as they need.", no_args_is_help=True)
sessions = typer.Typer(help="Sessions: where you are signed in.", no_args_is_help=True)
identities = typer.Typer(help="Linked accounts: with what you sign in.", no_args_is_help=True)
issuers = typer.Typer(help="Issuers: who may say who somebody is.", no_args_is_help=True)
local_accounts = typer.Typer(
    help="Local accounts: names and passwords kept by the platform.", no_args_is_help=True
)
people = typer.Typer(help="People, for administrators: who there is, who is let in.", no_args_is_help=True)

PersonId = Annotated[UUID, typer.Argument(help="Id of a person.")]
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


@identities.command("list")
@tells_failures
def list_identities(json: AsJson = False) -> None:
    """List your linked accounts."""
    found = client().identities.list()
    if json:
        return show_json(found)
    table = Table("Identifier", "Account at", "Known there as", "Last confirmed")
    for each in found:
        confirmed = f"{each.confirmed_at:%Y-%m-%d %H:%M}" if each.confirmed_at else "never"
        table.add_row(str(each.id), escape(each.label), escape(each.name), confirmed)
    return out.print(table)


@identities.command("unlink")
@tells_failures
def unlink_identity(
    identity: Annotated[UUID, typer.Argument(help="Identifier of a linked account.")],
) -> None:
    """Unlink an account; your last way in stays."""
    client().identities.unlink(identity)
    out.print("It is not linked any more.")


@issuers.command("list")
@tells_failures
def list_issuers(json: AsJson = False) -> None:
    """List those with whom one may sign in."""
    found = client().issuers.list()
    if json:
        return show_json(found)
    table = Table("Name", "Label")
    for each in found:
        table.add_row(each.name, escape(each.label))
    return out.print(table)


@issuers.command("try")
@tells_failures
def try_claims(
    name: Annotated[str, typer.Argument(help="The issuer's name in the settings.")], json: AsJson = False
) -> None:
    """See which memberships claims would give, and why others none: JSON on the standard input."""
    try:
        claims = jsons.load(sys.stdin)
    except ValueError as error:
        fail(f"The standard input is not JSON: {error}.")
    if not isinstance(claims, dict):
        fail("The standard input is not a JSON object.")
    found = client().issuers.try_claims(name, claims)
    if json:
        return show_json(found)
    table = Table("Rule", "Claim", "Value", "Gives", "Why")
    for each in found.verdicts:
        gives = "yes" if each.gives else "no"
        table.add_row(str(each.rule), escape(each.claim), escape(each.value), gives, escape(each.why))
    return out.print(table)


@local_accounts.command("list")
@tells_failures
def list_local_accounts(json: AsJson = False) -> None:
    """List the accounts with a password that the platform keeps."""
    found = client().local_accounts.list()
    if json:
        return show_json(found)
    table = Table("Name", "Called", "Person", "Password chosen")
    for each in found:
        chosen = f"{each.changed_at:%Y-%m-%d %H:%M}" if each.changed_at else "not yet"
        table.add_row(escape(each.name), escape(each.person_name), str(each.person_id), chosen)
    return out.print(table)


@local_accounts.command("add")
@tells_failures
def add_local_account(
    name: Annotated[str, typer.Argument(help="What they sign in with.")],
    called: Annotated[str, typer.Option(help="What others see; the name unless told.")] = "",
    email: Annotated[str | None, typer.Option(help="Their e-mail address.")] = None,
    person: Annotated[UUID | None, typer.Option(help="Id of somebody who is here already.")] = None,
) -> None:
    """Add an account; prints the link with which its person chooses a password, this once."""
    _print_link(client().local_accounts.add(name, called or name, email=email, person_id=person))


@local_accounts.command("link")
@tells_failures
def link_local_account(person: Annotated[UUID, typer.Argument(help="Id of the account's person.")]) -> None:
    """Make a new link with which a person chooses a password; prints it this once."""
    _print_link(client().local_accounts.link(person))


@people.command("list")
@tells_failures
def list_people(
    q: Annotated[str, typer.Argument(help="Part of a name or an e-mail address.")] = "",
    json: AsJson = False,
) -> None:
    """List people and service accounts, newest first; for administrators."""
    found = list(client().people.every(q))
    if json:
        return show_json(found)
    table = Table("Person", "Name", "E-mail", "Is", "Signed in")
    for each in found:
        words = [each.kind.value, *(["administrator"] if each.administrator else [])]
        words += ["closed"] if each.disabled_at else []
        seen = f"{each.signed_in_at:%Y-%m-%d %H:%M}" if each.signed_in_at else "never"
        table.add_row(str(each.id), escape(each.name), escape(each.email or ""), ", ".join(words), seen)
    return out.print(table)


@people.command("close")
@tells_failures
def close_person(person: PersonId) -> None:
    """Let somebody in no more, at once and by whatever way."""
    client().people.change(person, closed=True)
    out.print("The account is closed.")


@people.command("open")
@tells_failures
def open_person(person: PersonId) -> None:
    """Open a closed account again."""
    client().people.change(person, closed=False)
    out.print("The account is open.")


@people.command("promote")
@tells_failures
def promote_person(person: PersonId) -> None:
    """Make somebody an administrator."""
    client().people.change(person, administrator=True)
    out.print("They administer the installation.")


@people.command("demote")
@tells_failures
def demote_person(person: PersonId) -> None:
    """Make somebody an administrator no more."""
    client().people.change(person, administrator=False)
    out.print("They do not administer the installation any more.")


def _print_link(made: PasswordLink) -> None:
    typer.echo(made.url)


def _print(made: NewToken) -> None:
    """The secret alone on standard output, so that it can be piped somewhere safe."""
    typer.echo(made.secret)
