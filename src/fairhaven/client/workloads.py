"""Workloads through the client: `platform.workloads.predict(id, files={"image": "seven.png"})`."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from fairhaven.client.base import ApiProblem, Connection, checked
from fairhaven.core.schemas import Page
from fairhaven.workloads.schemas import (
    SETTLED,
    Kind,
    LogPart,
    Resources,
    State,
    Workload,
    WorkloadSpec,
)

PATH = "/workloads"
PAUSE = 0.3  # seconds between two looks
NOT_READY = 503
GATEWAY_DELAY = 10.0  # seconds that a fresh endpoint may take to be routed


class WorkloadEnded(Exception):
    """A workload ended while it was expected to run; the text says why."""


class Workloads:
    """What runs for you and your projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(
        self, *, state: State | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[Workload]:
        """One page, newest first."""
        return self._connection.page(PATH, Workload, state=state, limit=limit, cursor=cursor)

    def every(self, *, state: State | None = None) -> Iterator[Workload]:
        """All of them, newest first, page after page."""
        return self._connection.every(PATH, Workload, state=state)

    def get(self, workload_id: UUID) -> Workload:
        found: Workload = self._connection.get(f"{PATH}/{workload_id}", Workload)
        return found

    def start(
        self,
        release: UUID,
        *,
        name: str | None = None,
        kind: Kind = Kind.SERVICE,
        resources: Resources | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        secret_files: Sequence[str] = (),
        scopes: Sequence[str] = (),
    ) -> Workload:
        """Start a release; returns at once with a queued workload (see `wait`).

        Args:
            secrets: names of secrets by the variable that gets their value (`{"HF_TOKEN": "my-token"}`).
            secret_files: names of secrets that it gets as files.
            scopes: what it may do on the platform in your name (`["workloads:call"]`).
        """
        spec = WorkloadSpec(
            release=release,
            name=name,
            kind=kind,
            resources=resources or Resources(),
            environment=dict(environment or {}),
            secrets=dict(secrets or {}),
            secret_files=list(secret_files),
            scopes=list(scopes),
        )
        made: Workload = self._connection.post(PATH, Workload, json=spec, idempotent=True)
        return made

    def stop(self, workload_id: UUID) -> Workload:
        return self._ask(workload_id, "stop")

    def start_again(self, workload_id: UUID) -> Workload:
        return self._ask(workload_id, "start")

    def restart(self, workload_id: UUID) -> Workload:
        return self._ask(workload_id, "restart")

    def delete(self, workload_id: UUID) -> None:
        """End it and forget it, with its log."""
        self._connection.delete(f"{PATH}/{workload_id}")

    def log(self, workload_id: UUID, *, offset: int = 0, limit: int = 65536) -> LogPart:
        """A part of what it wrote; a negative offset counts from the end."""
        found: LogPart = self._connection.get(
            f"{PATH}/{workload_id}/log", LogPart, offset=offset, limit=limit
        )
        return found

    def follow(self, workload_id: UUID, *, offset: int = 0, follow: bool = True) -> Iterator[str]:
        """The log in pieces of text, as it grows, until the workload ended (not following: to its end)."""
        while True:
            ended = not follow or self.get(workload_id).settled
            part = self.log(workload_id, offset=offset)
            if part.text:
                yield part.text
            elif ended:
                return
            else:
                time.sleep(PAUSE)
            offset = part.next

    def wait(self, workload_id: UUID, state: State = State.RUNNING, *, seconds: float = 300.0) -> Workload:
        """Wait until it is in a state.

        Raises:
            WorkloadEnded: it ended in another one.
            TimeoutError: it took longer than `seconds`.
        """
        deadline = time.monotonic() + seconds
        while True:
            found = self.get(workload_id)
            if found.state == state:
                return found
            if found.state in SETTLED and (state not in SETTLED or found.wanted != "running"):
                raise WorkloadEnded(f"{found.name} is {found.state}: {found.reason or 'nobody said why'}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{found.name} is still {found.state}: {found.reason or ''}")
            time.sleep(PAUSE)

    def predict(
        self,
        workload_id: UUID | str,
        *,
        files: Mapping[str, str | Path] | None = None,
        values: Mapping[str, Any] | None = None,
        accept: str = "*/*",
        seconds: float = 600.0,
    ) -> httpx.Response:
        """Ask a running workload through the gateway (DEEPaaS v2) and return its answer as it came.

        Args:
            files: paths by argument.
            values: the other arguments.

        Raises:
            WorkloadEnded: it does not run.
            ApiProblem: the module or the platform refused; the details say why.
        """
        found = self.get(UUID(str(workload_id)))
        if not found.endpoints:
            raise WorkloadEnded(f"{found.name} is {found.state}: {found.reason or 'it does not answer now'}")
        address = f"{self._model(found.endpoints[0].url)}/predict/"
        plain = dict(values or {})
        with ExitStack() as opened:
            streams = {
                name: (Path(path).name, opened.enter_context(Path(path).open("rb")))
                for name, path in (files or {}).items()
            }
            http = self._connection.http
            return checked(
                lambda: http.post(
                    address,
                    params=plain,
                    data=plain,
                    files=streams or None,
                    headers={"Accept": accept},
                    timeout=seconds,
                ),
                address,
            )

    def _model(self, endpoint: str) -> str:
        """The address of the one model that an endpoint serves; waits for the gateway to know a fresh one."""
        url = endpoint.rstrip("/") + "/v2/models/"
        deadline = time.monotonic() + GATEWAY_DELAY
        while True:
            try:
                answer = checked(lambda: self._connection.http.get(url), url)
            except ApiProblem as problem:
                if problem.details.status != NOT_READY or time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)
            else:
                return url + str(answer.json()["models"][0]["id"])

    def _ask(self, workload_id: UUID, verb: str) -> Workload:
        told: Workload = self._connection.post(f"{PATH}/{workload_id}/{verb}", Workload)
        return told
