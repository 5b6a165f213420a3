"""The groups of commands, and what they share."""

from typing import Annotated
from uuid import UUID

import typer

from fairhaven.cli.context import out, project_id

app = typer.Typer(help="Projects: who shares what, and how much of it.", no_args_is_help=True)
look = typer.Typer(help="How a project's pages look, and at which host names.", no_args_is_help=True)
account = typer.Typer(help="Service accounts: for programs that are nobody's.", no_args_is_help=True)
app.add_typer(look, name="look")
app.add_typer(account, name="account")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Project = Annotated[UUID, typer.Argument(parser=project_id, metavar="PROJECT", help="Its short name or id.")]
LevelName = Annotated[str, typer.Option(help="A role, or a level of the settings.")]
Name = Annotated[str, typer.Argument(help="What people read.")]
Invitation = Annotated[UUID, typer.Argument(help="Id of the invitation.")]
Token = Annotated[UUID, typer.Argument(help="Id of the token.")]
Account = Annotated[UUID, typer.Argument(help="Id of the service account.")]


def say(text: str) -> None:
    """Print a sentence, or a secret, as it is."""
    out.print(text, markup=False, highlight=False, soft_wrap=True)
