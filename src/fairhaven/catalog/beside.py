"""What domains above the catalog tell on a module's page.

The catalog knows neither builds nor workloads. Each of them gives a function, `domains.py` names them, and
the page asks them in its own transaction: one request, nothing moves when it arrives, no script is needed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fairhaven.catalog.schemas import Module
from fairhaven.core.http import RequestContext


@dataclass(frozen=True)
class BuildMark:
    """How the build of the commit that is followed stands; `state` is a word of `ui.state`."""

    state: str
    href: str
    reason: str
    ended_at: datetime | None


@dataclass(frozen=True)
class Service:
    """A running workload of a module that the reader may see."""

    id: str
    name: str
    state: str
    version: str
    mine: bool
    started_at: datetime | None


@dataclass(frozen=True)
class Machine:
    """What one place offers to a workload; memory and storage in bytes, `name` as in “this machine has 8”."""

    name: str
    cpu: float
    memory: int
    storage: int
    gpu: int = 0


async def _no_build(call: RequestContext, module: Module) -> BuildMark | None:
    return None


async def _no_services(call: RequestContext, module: Module) -> Sequence[Service]:
    return ()


async def _no_machines(call: RequestContext) -> Sequence[Machine]:
    return ()


@dataclass(frozen=True)
class Beside:
    """The functions; what is not there tells nothing."""

    build: Callable[[RequestContext, Module], Awaitable[BuildMark | None]] = _no_build
    services: Callable[[RequestContext, Module], Awaitable[Sequence[Service]]] = _no_services
    machines: Callable[[RequestContext], Awaitable[Sequence[Machine]]] = _no_machines


def of(call: RequestContext) -> Beside:
    """What the application has."""
    found: Beside = getattr(call.request.app.state, "beside", None) or Beside()
    return found
