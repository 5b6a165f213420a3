"""Deposits from Python: `platform.deposits.start(release.id, "zenodo")`, `.wait(deposit.id)`, `.get(…)`."""

import time
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from fairhaven.catalog.schemas import Deposit, DepositoryInfo, DepositState, NewDeposit, Proposal
from fairhaven.client.base import Connection
from fairhaven.core.schemas import Page

PAUSE = 1.0  # seconds between two looks


class Deposits:
    """Releases that go to a depository, and get a DOI."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def depositories(self) -> Sequence[DepositoryInfo]:
        """Where releases may be deposited."""
        found: Sequence[DepositoryInfo] = self._connection.get("/depositories", Sequence[DepositoryInfo])
        return found

    def list(self, *, module: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Deposit]:
        """Newest first: the published ones, and those of projects whose developer you are."""
        return self._connection.page("/deposits", Deposit, module=module, limit=limit, cursor=cursor)

    def every(self, *, module: str | None = None) -> Iterator[Deposit]:
        """All of them, page after page."""
        return self._connection.every("/deposits", Deposit, module=module, limit=200)

    def get(self, deposit_id: UUID | str) -> Deposit:
        found: Deposit = self._connection.get(f"/deposits/{deposit_id}", Deposit)
        return found

    def start(self, release_id: UUID, depository: str, *, publish: bool = False) -> Deposit:
        """Make a draft there; `publish` goes on to publish it, which cannot be undone."""
        spec = NewDeposit(release_id=release_id, depository=depository, publish=publish)
        made: Deposit = self._connection.post("/deposits", Deposit, json=spec, idempotent=True)
        return made

    def publish(self, deposit_id: UUID | str) -> Deposit:
        """Publish a draft that is ready, for ever."""
        found: Deposit = self._connection.post(f"/deposits/{deposit_id}/publish", Deposit)
        return found

    def retry(self, deposit_id: UUID | str) -> Deposit:
        """Try one again that failed."""
        found: Deposit = self._connection.post(f"/deposits/{deposit_id}/retry", Deposit)
        return found

    def discard(self, deposit_id: UUID | str) -> None:
        """Throw a draft away, there and here."""
        self._connection.delete(f"/deposits/{deposit_id}")

    def proposal(self, deposit_id: UUID | str) -> Proposal:
        """The change of the metadata file that names the DOI."""
        found: Proposal = self._connection.get(f"/deposits/{deposit_id}/proposal", Proposal)
        return found

    def wait(
        self,
        deposit_id: UUID | str,
        *,
        seconds: float = 3600.0,
        told: Callable[[Deposit], None] | None = None,
    ) -> Deposit:
        """Wait until it is published, a draft that is ready, or failed; `told` hears each look.

        Raises:
            TimeoutError: it took longer.
        """
        end = time.monotonic() + seconds
        while True:
            found = self.get(deposit_id)
            if told:
                told(found)
            if found.state is not DepositState.RUNNING:
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"The deposit is still under way after {seconds:g} s.")
            time.sleep(PAUSE)
