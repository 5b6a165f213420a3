"""What the commands of an operator share: settings, and the rights of whoever owns the data folder.

They need `pip install fairhaven[platform]`; what they need is imported when they are used.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import typer

from fairhaven.cli.context import fail

if TYPE_CHECKING:
    from fairhaven.core.config import Settings


def local_token(settings: "Settings", days: int = 1) -> str:
    """A token of the administrator's, for whoever owns the data folder of a platform on this machine."""
    from fairhaven.core.installation import database_only
    from fairhaven.identity import service as identity
    from fairhaven.identity.schemas import TokenSpec

    async def mint() -> str:
        async with database_only(settings) as platform, platform.transaction() as session:
            person = await identity.administrator(session)
            return (
                await identity.mint_for(session, person, TokenSpec(name="command line", days=days))
            ).secret

    token: str = run_to_end(mint())
    return token


async def make_link(settings: "Settings") -> str:
    from fairhaven.core.installation import database_only
    from fairhaven.identity import service as identity

    async with database_only(settings) as platform, platform.transaction() as session:
        person = await identity.administrator(session)
        return f"{settings.public_url}/sign-in/{await identity.make_link(session, person.id)}"


def settings_of(**given: Any) -> "Settings":
    """The settings in effect; `given` on the command line wins. Tells what is wrong with them, and exits."""
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


def run_to_end(work: Any) -> Any:
    """Run a coroutine to its end; expected failures are told in a sentence."""
    from sqlalchemy.exc import OperationalError

    from fairhaven.core.components.errors import ComponentFailed, HomeInUse
    from fairhaven.core.errors import Problem

    try:
        # Not uvloop: children that it starts inherit descriptors, and we start many.
        return asyncio.run(work)
    except (ComponentFailed, HomeInUse) as failed:
        fail(str(failed))
    except OperationalError as failed:
        fail(f"The database does not answer. Is it up? Is `database` right?\n{str(failed.orig).strip()}")
    except Problem as problem:
        fail("\n".join(filter(None, [problem.detail, problem.remedy])))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
