"""Builds from Python: `fairhaven.builds.start("digits")`, `fairhaven.builds.wait(build.id)`."""

import time
from collections.abc import Callable, Iterator
from uuid import UUID

from fairhaven.builds.schemas import Build, BuildSpec, BuildSummary, LogPart, StageName, State
from fairhaven.client.base import Connection
from fairhaven.core.schemas import Page


class Builds:
    """The builds of your projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(
        self,
        *,
        module: str | None = None,
        state: State | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[BuildSummary]:
        """Newest first."""
        found: Page[BuildSummary] = self._connection.page(
            "/builds", BuildSummary, module=module, state=state, limit=limit, cursor=cursor
        )
        return found

    def get(self, build_id: UUID | str) -> Build:
        found: Build = self._connection.get(f"/builds/{build_id}", Build)
        return found

    def start(self, module: str, *, commit: str | None = None) -> Build:
        """Build a commit of a module (the newest by default)."""
        spec = BuildSpec(module=module, commit=commit)
        made: Build = self._connection.post("/builds", Build, json=spec, idempotent=True)
        return made

    def retry(self, build_id: UUID | str) -> Build:
        """Run a build that did not succeed again."""
        again: Build = self._connection.post(f"/builds/{build_id}/retry", Build)
        return again

    def cancel(self, build_id: UUID | str) -> Build:
        """Ask a build to stop."""
        asked: Build = self._connection.post(f"/builds/{build_id}/cancel", Build)
        return asked

    def log(self, build_id: UUID | str, stage: StageName | str, *, offset: int = 0) -> LogPart:
        """A piece of a stage's log, from `offset` bytes on."""
        found: LogPart = self._connection.get(
            f"/builds/{build_id}/stages/{StageName(stage)}/log", LogPart, offset=offset
        )
        return found

    def log_lines(self, build_id: UUID | str, stage: StageName | str) -> Iterator[str]:
        """All lines that a stage has written until now."""
        rest, offset = "", 0
        while True:
            part = self.log(build_id, stage, offset=offset)
            *lines, rest = (rest + part.text).split("\n")
            yield from lines
            offset = part.next
            if part.complete or not part.text:
                break
        if rest:
            yield rest

    def wait(
        self,
        build_id: UUID | str,
        *,
        timeout: float = 1800.0,
        interval: float = 0.5,
        tell: Callable[[Build], object] = lambda build: None,
    ) -> Build:
        """Wait for the end of a build; `tell` is called with each state that was seen.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            found = self.get(build_id)
            tell(found)
            if found.state.ended:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"The build {build_id} still runs after {timeout:g} s.")
            time.sleep(interval)
