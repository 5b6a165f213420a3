"""Commands for whoever runs a platform: up, serve, work, migrate, doctor, sign-in-link, demo.

They need `pip install fairhaven[platform]`; what they need is imported when they are used.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fairhaven.cli.context import err, fail, out, remember

if TYPE_CHECKING:
    from fairhaven.core.config import Settings
    from fairhaven.up import Started

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of everything that is kept.", show_default=False)
]
Listen = Annotated[str | None, typer.Option(help="Where the gateway listens, host:port.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    for command in (up, serve, work, migrate, doctor, demo):
        app.command(rich_help_panel="Run a platform")(command)
    app.command("sign-in-link", rich_help_panel="Run a platform")(sign_in_link)


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

        _run(run(settings, announce))


def serve(data: Data = None) -> None:
    """Run the web alone, on a shared database and object store."""
    settings = settings_of(data=data)
    from fairhaven.up import serve as run

    _run(run(settings))


def work(data: Data = None) -> None:
    """Run jobs and reconcilers alone, on a shared database and object store."""
    settings = settings_of(data=data)
    from fairhaven.up import work as run

    _run(run(settings))


def migrate(data: Data = None) -> None:
    """Bring the database to the shape of this version (`up`, `serve` and `work` do it by themselves)."""
    settings = settings_of(data=data)
    from fairhaven.migrations import upgrade
    from fairhaven.up import database_only

    async def run() -> None:
        async with database_only(settings) as platform:
            await asyncio.to_thread(upgrade, platform.database.url)

    _run(run())
    out.print("The database has the shape of this version.")


def sign_in_link(data: Data = None) -> None:
    """Make a one-time sign-in link for the administrator. On the machine of the platform."""
    settings = settings_of(data=data)
    out.print(_run(_make_link(settings)), highlight=False, soft_wrap=True)


def doctor(data: Data = None) -> None:
    """Show versions, settings, components and their health, and what to do about each problem."""
    settings = settings_of(data=data)
    from fairhaven.cli.doctor import report

    raise typer.Exit(0 if _run(report(settings, out)) else 1)


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


def local_token(settings: "Settings", days: int = 1) -> str:
    """A token of the administrator's, for whoever owns the data folder of a platform on this machine."""
    from fairhaven.identity import service as identity
    from fairhaven.identity.schemas import TokenSpec
    from fairhaven.up import database_only

    async def mint() -> str:
        async with database_only(settings) as platform, platform.transaction() as session:
            person = await identity.administrator(session)
            return (
                await identity.mint_for(session, person, TokenSpec(name="command line", days=days))
            ).secret

    token: str = _run(mint())
    remember(settings.public_url, token)
    return token


async def _make_link(settings: "Settings") -> str:
    from fairhaven.identity import service as identity
    from fairhaven.up import database_only

    async with database_only(settings) as platform, platform.transaction() as session:
        person = await identity.administrator(session)
        return f"{settings.public_url}/sign-in/{await identity.make_link(session, person.id)}"


def settings_of(**given: Any) -> "Settings":
    try:
        from fairhaven.core.config import load
    except ModuleNotFoundError as missing:
        fail(f"This command runs a platform and needs more than the client ({missing.name} is missing):\n"
             "  pip install 'fairhaven[platform]'")  # fmt: skip
    from pydantic import ValidationError

    try:
        return load(**given)
    except ValidationError as wrong:
        lines = (f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors())
        fail("The settings are not right (fairhaven.toml, FAIRHAVEN_*):\n" + "\n".join(lines))


def _run(work: Any) -> Any:
    """Run a coroutine to its end; expected failures are told in a sentence."""
    from fairhaven.core.components.errors import ComponentFailed, HomeInUse
    from fairhaven.core.errors import Problem

    try:
        # Not uvloop: children that it starts inherit descriptors, and we start many.
        return asyncio.run(work)
    except (ComponentFailed, HomeInUse) as failed:
        fail(str(failed))
    except Problem as problem:
        fail("\n".join(filter(None, [problem.detail, problem.remedy])))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
