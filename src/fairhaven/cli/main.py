"""The command `fairhaven`. Needs only the client; commands that run a platform load the rest when used."""

from importlib import import_module

import click
import typer
from typer.core import TyperGroup

from fairhaven.cli import login, operate

DOMAINS = {
    "module": "fairhaven.catalog.cli",
    "metadata": "fairhaven.catalog.cli:metadata",
    "search": "fairhaven.catalog.cli:searches",
    "tool": "fairhaven.catalog.cli:tools",
    "release": "fairhaven.catalog.cli:releases",
    "feed": "fairhaven.catalog.cli:feeds",
    "build": "fairhaven.builds.cli",
    "workload": "fairhaven.workloads.cli",
    "secret": "fairhaven.secrets.cli",
    "project": "fairhaven.projects.cli",
    "token": "fairhaven.identity.cli:tokens",
    "audit": "fairhaven.audit.cli",
    "notice": "fairhaven.notices.cli",
    "session": "fairhaven.identity.cli:sessions",
    "issuer": "fairhaven.identity.cli:issuers",
    "identity": "fairhaven.identity.cli:identities",
    "local-account": "fairhaven.identity.cli:local_accounts",
    "data": "fairhaven.personal.cli",
    "person": "fairhaven.identity.cli:people",
    "installation": "fairhaven.administration.cli",
}


class Domains(TyperGroup):
    """A domain's commands are imported when one of them is asked for: the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *DOMAINS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in DOMAINS and cmd_name not in self.commands:
            file, _, group = DOMAINS[cmd_name].partition(":")
            domain = typer.main.get_group(getattr(import_module(file), group or "app"))
            domain.name = cmd_name
            self.add_command(domain)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="fairhaven",
    cls=Domains,
    help="The whole life of a scientific AI model: find, try, develop, publish, serve, trace.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
operate.add_to(app)
login.add_to(app)


def main() -> None:
    """The entry point of the command."""
    app()
