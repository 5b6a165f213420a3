"""Tools: find them, read one, and work out what would run. They are folders, so no table knows of them.

Tools and modules have names of their own: one of each may be called alike. A folder that cannot be read is
told to administrators, and hides nothing else.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.schemas.modules import Module
from fairhaven.catalog.schemas.tools import NewPlan, Plan, Tool, ToolSummary
from fairhaven.catalog.service.reading import module as module_named
from fairhaven.catalog.toolbox import planning, shelf
from fairhaven.catalog.toolbox.reading import Read
from fairhaven.catalog.toolbox.values import empty_form
from fairhaven.core.errors import NotFound
from fairhaven.core.policy import Actor


async def tools(
    actor: Actor, folders: Sequence[Path], *, q: str = "", category: str = ""
) -> Sequence[ToolSummary]:
    """The tools that have every word of `q`, by name; broken ones for administrators only."""
    policy.can_list.check(actor)
    words = q.casefold().split()
    found = [_told(each) for each in (await asyncio.to_thread(shelf.read, folders)).values()]
    return [
        ToolSummary.model_validate(each)
        for each in found
        if _visible(actor, each)
        and (not category or category in each.categories)
        and all(word in _text(each) for word in words)
    ]


async def tool(actor: Actor, folders: Sequence[Path], name: str) -> Tool:
    """One tool with its form and tasks.

    Raises:
        NotFound: there is none, or it is broken and the actor is no administrator.
    """
    policy.can_list.check(actor)
    read = (await asyncio.to_thread(shelf.read, folders)).get(name)
    if read is None or not _visible(actor, found := _told(read)):
        raise NotFound(f"There is no tool `{name[:64]}`.", fix="`/tools` lists those that there are.")
    return found


async def plan_tool(
    session: AsyncSession, actor: Actor, folders: Sequence[Path], name: str, wanted: NewPlan
) -> Plan:
    """What a tool would run for a filled-in form; nothing is kept, and nothing starts.

    Raises:
        NotFound: there is no such tool or module.
        FormInvalid: a value is not what the form allows; `errors` names the fields.
    """
    found = await tool(actor, folders, name)
    policy.can_plan.check(actor, found)
    if not found.valid:
        raise NotFound(f"The definition of the tool `{name}` has errors.", fix="Its page tells them.")
    defaults = await tool_defaults(session, actor, found, wanted.module)
    return planning.plan(found, wanted.values, defaults)


async def tool_defaults(
    session: AsyncSession, actor: Actor, tool: Tool, module: str | None
) -> Mapping[str, Any]:
    """The defaults of a form that come from a module, by field; none without a module.

    Raises:
        NotFound: there is no such module, or the actor may not see it.
    """
    if not module:
        return {}
    return planning.defaults_of(tool, _sources(await module_named(session, actor, module)))


def tool_categories(found: Sequence[ToolSummary]) -> Sequence[str]:
    """The kinds that occur, each once, by name."""
    return sorted({each for tool in found for each in tool.categories})


def _sources(module: Module) -> dict[str, Any]:
    """What a module gives to a form's defaults: names as `x-default-from` has them."""
    resources = (module.metadata.get("resources") or {}).get("inference") or {}
    units = {"memory_MB": "memory_mb", "storage_MB": "disk_mb", "gpu_memory_MB": "gpu_memory_mb"}
    told = {units.get(name, name): amount for name, amount in resources.items() if isinstance(amount, int)}
    return {
        "module.name": module.name,
        "module.title": module.title,
        # Only an address that others can reach: a folder of this machine is none, nor is a key's.
        "module.source": module.source if module.source.startswith("https://") else None,
        **{f"module.resources.{name}": amount for name, amount in told.items()},
    }


def _told(read: Read) -> Tool:
    if read.tool:
        return read.tool
    return Tool(
        name=read.name,
        title=read.name,
        summary="Its definition has errors.",
        version="",
        license="",
        shipped=False,
        valid=False,
        description="",
        links={},
        form=empty_form(),
        problems=read.problems,
    )


def _visible(actor: Actor, found: Tool) -> bool:
    return found.valid or actor.administrator


def _text(found: Tool) -> str:
    parts = (found.name, found.title, found.summary, found.description, *found.tags, *found.categories)
    return " ".join(parts).casefold()
