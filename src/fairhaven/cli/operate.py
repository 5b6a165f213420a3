"""Commands for whoever runs a platform: up, serve, work, migrate, doctor, sign-in-link, rotate-key, demo.

They need `pip install fairhaven[platform]`; what they need is imported when they are used.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairhaven.cli.context import err, fail, out
from fairhaven.cli.local import make_link, run_to_end, settings_of

if TYPE_CHECKING:
    from fairhaven.up import Started

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of everything that is kept.", show_default=False)
]
Listen = Annotated[str | None, typer.Option(help="Where the gateway listens, host:port.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    for command in (up, serve, work, migrate, doctor, demo):
        app.command(rich_help_panel="Run a platform")(command)
    app.command("sign-in-link", rich_help_panel="Run a platform")(sign_in_link)
    app.command("rotate-key", rich_help_panel="Run a platform")(rotate_key)


def up(data: Data = None, listen: Listen = None) -> None:
    """Bring the whole platform up on this machine, and print one address to open."""
    settings = settings_of(data=data, listen=listen)
    from fairhaven.up import up as run

    with err.status("Starting Fairhaven …") as status:

        def announce(started: "Started") -> None:
            status.stop()
            out.print(f"Fairhaven is up after {started.seconds:.1f} s.", highlight=False)
            out.print(f"Open  [bold]{started.sign_in or started.url}[/bold]", highlight=False, soft_wrap=True)
            if started.sign_in:
                out.print(
                    "The link signs you in once, as the administrator. Stop with Ctrl+C.", highlight=False
                )

        run_to_end(run(settings, announce))


def serve(data: Data = None) -> None:
    """Run the web alone, on a shared database and object store."""
    settings = settings_of(data=data)
    from fairhaven.up import serve as run

    run_to_end(run(settings))


def work(data: Data = None) -> None:
    """Run jobs and reconcilers alone, on a shared database and object store."""
    settings = settings_of(data=data)
    from fairhaven.up import work as run

    run_to_end(run(settings))


def migrate(data: Data = None) -> None:
    """Bring the database to the shape of this version (`up`, `serve` and `work` do it by themselves)."""
    settings = settings_of(data=data)
    from fairhaven.core.installation import database_only
    from fairhaven.migrations import upgrade

    async def run() -> None:
        async with database_only(settings) as platform:
            await asyncio.to_thread(upgrade, platform.database.url)

    run_to_end(run())
    out.print("The database has the shape of this version.")


def sign_in_link(data: Data = None) -> None:
    """Make a one-time sign-in link for the administrator. On the machine of the platform."""
    settings = settings_of(data=data)
    out.print(run_to_end(make_link(settings)), highlight=False, soft_wrap=True)


def rotate_key(data: Data = None) -> None:
    """Make a new key for the secrets in the database, and let a worker put all of them under it."""
    settings = settings_of(data=data)
    from fairhaven.core import jobs
    from fairhaven.core.installation import database_only
    from fairhaven.core.sealing import KeyFile, key_source
    from fairhaven.secrets import tasks

    if settings.secrets != "table:":
        fail(f"`{settings.secrets}` keeps its own keys.")
    source = key_source(settings.secrets_key, settings.data)

    async def run() -> None:
        async with database_only(settings) as platform, platform.transaction() as session:
            if isinstance(source, KeyFile):
                out.print(f"{source.turn().id} is the newest key in {source.path}.", highlight=False)
            await jobs.enqueue(session, tasks.renew)

    run_to_end(run())
    out.print("A worker puts all secrets under the newest key. Keep the earlier ones for your backups.")


def doctor(data: Data = None) -> None:
    """Show versions, settings, components and their health, and what to do about each problem."""
    settings = settings_of(data=data)
    from fairhaven.cli.doctor import report

    raise typer.Exit(0 if run_to_end(report(settings, out)) else 1)


def demo(
    data: Data = None,
    module: Annotated[
        Path | None, typer.Option(help="Folder of the module `digits`.", show_default=False)
    ] = None,
) -> None:
    """The first journey, end to end: register, build, publish, start, predict, stop."""
    settings = settings_of(data=data)
    from fairhaven.cli.demo import run

    raise typer.Exit(0 if run(settings, module, out) else 1)
