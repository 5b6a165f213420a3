"""Where a request comes from: its id and its client's address, known wherever work of it is done.

The web edge notes it once; sessions that are opened for the request carry it into the facts they tell.
Jobs, reconcilers and an operator's commands have none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Origin:
    """A request's id, and the address of whoever sent it, as the gateway tells it."""

    request_id: str | None = None
    address: str | None = None


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


@contextmanager
def noted(origin: Origin) -> Iterator[None]:
    """What is done in the block is done for this request."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def current() -> Origin:
    return _origin.get()


def carried() -> dict[str, Any]:
    """What a session that is opened now has to know (`session.info`)."""
    found = _origin.get()
    return {"request_id": found.request_id, "address": found.address}
