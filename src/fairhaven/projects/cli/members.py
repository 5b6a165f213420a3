"""Members and invitations."""

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.cli.context import client, out, show_json, tells_failures
from fairhaven.projects.cli.groups import AsJson, Invitation, LevelName, Project, app, say


@app.command()
@tells_failures
def members(project: Project, json: AsJson = False) -> None:
    """List the people in a project and by which way they are; for its managers."""
    found = client().projects.members(project)
    if json:
        return show_json(found)
    table = Table("Name", "Role", "Comes from", "Id")
    for each in found:
        ways = ", ".join(f"{way.source}: {way.level}{'' if way.known else ' (?)'}" for way in each.sources)
        table.add_row(escape(each.name), each.role, ways, str(each.person_id))
    return out.print(table)


@app.command("set-member")
@tells_failures
def set_member(
    project: Project,
    person: Annotated[UUID, typer.Argument(help="Id of the person.")],
    level: Annotated[str, typer.Argument(help="A role, or a level of the settings.")],
) -> None:
    """Give a member another level; administrators add people with it too."""
    done = client().projects.set_member(project, person, level)
    say(f"{done.name} is a {done.role} now.")


@app.command()
@tells_failures
def remove(project: Project, person: Annotated[UUID, typer.Argument(help="Id of the person.")]) -> None:
    """Take somebody out of a project, or leave it with your own id."""
    client().projects.remove_member(project, person)
    say("They are a member no more.")


@app.command()
@tells_failures
def leave(project: Project) -> None:
    """Be a member of a project no more."""
    platform = client()
    person = platform.me().person
    if person is None:
        raise typer.BadParameter("Sign in first: `fairhaven login`.")
    platform.projects.remove_member(project, person.id)
    say("You left it.")


@app.command()
@tells_failures
def invite(
    project: Project,
    level: LevelName = "member",
    uses: Annotated[int, typer.Option(help="How many people may accept it.")] = 1,
    days: Annotated[int, typer.Option(help="Days until it expires.")] = 7,
    email: Annotated[str | None, typer.Option(help="Only for whoever is known to have this address.")] = None,
) -> None:
    """Make an invitation, and print its link: this once."""
    sent = client().projects.invite(project, level, uses=uses, days=days, email=email)
    say(sent.link)


@app.command()
@tells_failures
def invitations(project: Project, json: AsJson = False) -> None:
    """List the latest invitations into a project."""
    found = client().projects.invitations(project)
    if json:
        return show_json(found)
    table = Table("Level", "Accepted", "Ends", "", "Id")
    for each in found:
        ends = f"{each.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(each.level, f"{each.used} of {each.most}", ends, each.standing, str(each.id))
    return out.print(table)


@app.command("revoke-invitation")
@tells_failures
def revoke_invitation(project: Project, invitation: Invitation) -> None:
    """Let nobody accept an invitation any more."""
    client().projects.revoke_invitation(project, invitation)
    say("Nobody can accept it any more.")


@app.command()
@tells_failures
def join(link: Annotated[str, typer.Argument(help="The link of the invitation.")]) -> None:
    """Accept an invitation."""
    say(f"Welcome to {client().projects.join(link).name}.")
