"""Runs the embedded programs of one data folder: all at once, all stopped together, none left behind."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from fairhaven.core.components.component import Component, ComponentStatus
from fairhaven.core.components.folders import HomeLock
from fairhaven.core.components.keeper import Keeper, Watch

STOP_PATIENCE = 4.0
"""Seconds between the stop signal and the kill."""


class Supervisor:
    """Starts, watches and stops components, each in `home/<name>/`.

    Args:
        home: the folder of all components; one supervisor at a time holds it.
        on_change: told the new status whenever a component's state changes; must be quick.

    Start it on a thread that lives as long as the programs should (normally the main one): the kernel
    ends them with the thread that started them.
    """

    def __init__(
        self,
        home: Path,
        components: Sequence[Component],
        *,
        on_change: Callable[[ComponentStatus], None] | None = None,
        watch: Watch | None = None,
    ) -> None:
        home = home.resolve()
        self._lock = HomeLock(home)
        self._keepers = [
            Keeper(
                component,
                home / component.name,
                watch=watch or Watch(),
                on_change=on_change or (lambda status: None),
            )
            for component in components
        ]

    async def start(self) -> None:
        """Start everything in parallel and wait until all are ready.

        Raises:
            HomeInUse: another supervisor holds the folder.
            ComponentFailed: one did not become ready; the others have been stopped again.
        """
        self._lock.take()
        starting = [asyncio.create_task(keeper.start()) for keeper in self._keepers]
        try:
            await asyncio.gather(*starting)
        except BaseException:
            await self._give_up(starting)
            raise

    async def stop(self) -> None:
        """Stop everything within five seconds, whatever the programs think of it."""
        await asyncio.gather(*(keeper.stop(STOP_PATIENCE) for keeper in self._keepers))
        self._lock.release()

    def status(self) -> list[ComponentStatus]:
        """How each component is now, in the order they were given. Reads /proc: some milliseconds."""
        return [keeper.status() for keeper in self._keepers]

    async def __aenter__(self) -> "Supervisor":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _give_up(self, starting: Sequence[asyncio.Task[None]]) -> None:
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)
        await self.stop()
