"""The command `fairhaven`. Needs only the client; commands that run a platform load the rest when used."""

from importlib import import_module

import typer

from fairhaven.cli import login, operate

DOMAINS = {
    "module": "fairhaven.catalog.cli",
    "metadata": "fairhaven.catalog.cli:metadata",
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

app = typer.Typer(
    name="fairhaven",
    help="The whole life of a scientific AI model: find, try, develop, publish, serve, trace.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
operate.add_to(app)
login.add_to(app)
for _name, _module in DOMAINS.items():
    _file, _, _group = _module.partition(":")
    app.add_typer(getattr(import_module(_file), _group or "app"), name=_name)


def main() -> None:
    """The entry point of the command."""
    app()
