"""Whether people's code may run on this machine: where no walls keep it apart, only one person's may.

Without a sandbox everything that runs here is one user of the system: it can read, change and end whatever
else runs here. For one person that is their own business; for several it would be each other's.
"""

from typing import ClassVar

from fairhaven.core.errors import NotReady
from fairhaven.core.platform import Platform
from fairhaven.core.sandbox import Mechanism, Sandbox
from fairhaven.identity.service.figures import figures


class NoWalls(NotReady):
    title: ClassVar[str] = "This machine cannot keep people apart"
    fix: ClassVar[str] = (
        "Install bubblewrap where it works, use another engine, or (who trusts all of them may) set "
        "`local_unprotected = true`."
    )


async def check_apart(platform: Platform, sandbox: Sandbox) -> None:
    """Raise where code of several people would run side by side without walls.

    Raises:
        NoWalls: several people can be let in, there is no sandbox, and no setting allows it.
    """
    if sandbox.mechanism is not Mechanism.LIMITS or platform.settings.local_unprotected:
        return
    async with platform.transaction() as session:
        people = (await figures(session))["people"]
    if people > 1:
        raise NoWalls(
            f"{people} people can sign in, and nothing keeps apart what they run here: {sandbox.reason}."
        )
