"""What workloads tell on a module's page: what runs of it, and what machines offer."""

import asyncio
from collections.abc import Sequence

from fairhaven.catalog.beside import Machine, Service
from fairhaven.catalog.schemas import Module
from fairhaven.core.http import RequestContext
from fairhaven.workloads import service
from fairhaven.workloads.ports import Engine


async def services(call: RequestContext, module: Module) -> Sequence[Service]:
    """The reader's own running workloads of a module, and those of their projects."""
    found = await service.running(call.session, call.actor, module.name)
    return [
        Service(
            id=str(each.id),
            name=each.name,
            state=each.shown_state,
            version=each.version,
            mine=each.owner_id == call.actor.id,
            started_at=each.started_at,
        )
        for each in found
    ]


async def machines(call: RequestContext) -> Sequence[Machine]:
    """What each engine could give to one workload."""
    engines: Sequence[Engine] = list(call.platform.drivers.get("engines", {}).values())
    offers = await asyncio.gather(*(each.offers() for each in engines))
    return [Machine(each.place, each.cpu, each.memory, each.storage, each.gpu) for each in offers]
