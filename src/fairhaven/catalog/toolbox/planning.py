"""What would run for a filled-in form: every placeholder filled, every condition settled, no secret in it.

A placeholder is part of exactly one argument, whatever its value holds: no shell reads commands, and a value
cannot become an option of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fairhaven.catalog.schemas.tools import (
    Conditional,
    Mount,
    Plan,
    PlannedTask,
    Role,
    Task,
    Tool,
    Variable,
    When,
)
from fairhaven.catalog.toolbox import by_hand
from fairhaven.catalog.toolbox.placeholders import Placeholder, escaped, fill, named, resolved, sole
from fairhaven.catalog.toolbox.values import FormInvalid, completed, kept
from fairhaven.core.schemas import FieldError

Values = Mapping[str, Any]

ANY = "*"


def plan(tool: Tool, given: Values, defaults: Values | None = None) -> Plan:
    """The tasks of a tool for these values; `defaults` are those that come from elsewhere (a module).

    Raises:
        FormInvalid: a field is unknown, missing or not allowed; `errors` names each.
    """
    values = completed(tool.form, given, defaults or {})
    tasks = [_planned(task, tool, values) for task in tool.tasks if holds(task.when, values)]
    return Plan(
        tool=tool.name,
        version=tool.version,
        values=values,
        tasks=tasks,
        opens=_opened(tool.opens, values) if tool.opens else None,
        resources=_sum(tasks),
        by_hand=[line for each in tasks for line in by_hand.commands(each, tool.name)],
        notes=_notes(tasks),
    )


def holds(when: When | None, values: Values) -> bool:
    """Whether every field of a condition has the value, or one of the values, that it names; `*` is any."""
    return all(_is(values.get(name), wanted) for name, wanted in (when or {}).items())


def _is(value: Any, wanted: Any) -> bool:
    if wanted == ANY:
        return value is not None
    return any(value == each for each in (wanted if isinstance(wanted, list) else [wanted]))


def defaults_of(tool: Tool, sources: Values) -> dict[str, Any]:
    """The defaults that come from elsewhere, by field; `sources` are values by `module.name` …."""
    fields: Mapping[str, Mapping[str, Any]] = tool.form["properties"]
    wanted = {name: str(field.get("x-default-from", "")) for name, field in fields.items()}
    return {name: sources[source] for name, source in wanted.items() if sources.get(source) is not None}


def within(tool: Tool, defaults: Values) -> dict[str, Any]:
    """Defaults from elsewhere as a form shows them: kept within the limits of their fields."""
    return {name: kept(tool.form["properties"][name], value) for name, value in defaults.items()}


def _planned(task: Task, tool: Tool, values: Values) -> PlannedTask:
    return PlannedTask(
        name=task.name,
        title=task.title or (tool.title if task.role is Role.MAIN else task.name),
        role=task.role,
        image=resolved(fill(task.image, _of(values)), str) if task.image else None,
        packages=task.packages,
        command=_command(task.command, values),
        directory=fill(task.directory, _of(values)) if task.directory else None,
        ports=task.ports,
        resources={name: _amount(amount, values) for name, amount in task.resources.items()},
        environment=list(_environment(task.environment, tool, values)),
        ready=task.ready,
        mounts=[each for mount in task.mounts if (each := _mounted(mount, values))],
    )


def _command(items: Sequence[str | Conditional], values: Values) -> list[str]:
    arguments: list[str] = []
    for item in items:
        if isinstance(item, str):
            arguments += _arguments(item, values, after=arguments[-1:])
        elif holds(item.when, values):
            for text in item.add:
                arguments += _arguments(text, values, after=arguments[-1:])
    return arguments


def _arguments(text: str, values: Values, *, after: list[str]) -> list[str]:
    """One argument, or one for each item of a list; none when a field of it has no value."""
    fields = [each.name for each in named(text) if not each.engines]
    if any(name not in values for name in fields):
        return []
    for name in fields[:1]:
        if text.startswith("{" + name + "}") and after != ["--"]:
            _check_no_option(name, values[name])
    if fields and isinstance(values[fields[0]], list):
        return [escaped(each) for each in values[fields[0]]]
    return [fill(text, _of(values))]


def _check_no_option(name: str, value: Any) -> None:
    """Where a value begins an argument, it must not make an option of it."""
    if any(
        isinstance(each, str) and each.startswith("-")
        for each in (value if isinstance(value, list) else [value])
    ):
        words = "It must not begin with `-`."
        raise FormInvalid(f"{name}: {words}", errors=[FieldError(field=name, message=words)])


def _environment(variables: Mapping[str, str], tool: Tool, values: Values) -> Iterator[Variable]:
    for name, text in variables.items():
        fields = [each.name for each in named(text) if not each.engines]
        if any(field not in values for field in fields):
            continue
        field = sole(text)
        if field and tool.form["properties"].get(field.name, {}).get("x-secret"):
            yield Variable(name=name, secret=values[field.name])
        else:
            yield Variable(name=name, value=fill(text, _of(values)))


def _mounted(mount: Mount, values: Values) -> Mount | None:
    fields = [each.name for each in named(mount.name or "") if not each.engines]
    if any(field not in values for field in fields):
        return None
    name = resolved(fill(mount.name, _of(values)), str) if mount.name else None
    return mount.model_copy(update={"name": name, "at": fill(mount.at, _of(values))})


def _amount(amount: float | str, values: Values) -> float:
    field = sole(amount) if isinstance(amount, str) else None
    return float(values.get(field.name, 0)) if field else float(amount)


def _opened(text: str, values: Values) -> str:
    """The address; a value inside of it is one piece of a path or query, whatever it holds."""
    first = str(sole_start(text) or "")
    rest = fill(text[len(first) :], lambda each: quote(_said(values.get(each.name, "")), safe=""))
    return resolved(fill(first, _of(values)) + rest, str)


def sole_start(text: str) -> Placeholder | None:
    """The placeholder with which a text begins."""
    found = named(text)
    return found[0] if found and text.startswith(str(found[0])) else None


def _of(values: Values) -> Any:
    return lambda each: _said(values.get(each.name, ""))


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sum(tasks: Sequence[PlannedTask]) -> dict[str, float]:
    total: dict[str, float] = {}
    for task in tasks:
        if task.role is not Role.SETUP:
            for name, amount in task.resources.items():
                total[name] = total.get(name, 0) + amount
    return total


def _notes(tasks: Sequence[PlannedTask]) -> list[str]:
    secrets = sorted({each.secret for task in tasks for each in task.environment if each.secret})
    notes = [
        f"The secret {name} is handed to the program when it starts; here is its name only."
        for name in secrets
    ]
    if any(not task.image for task in tasks):
        notes.append("A task has no container image: it runs where its packages can be installed.")
    return notes
