"""The commands with which somebody starts a task on their own machine, with Docker: shown, never run."""

import shlex
from collections.abc import Iterator

from fairhaven.catalog.schemas.tools import Mount, PlannedTask
from fairhaven.catalog.toolbox.placeholders import Placeholder, resolved

WORK = "/work"


def commands(task: PlannedTask, tool: str) -> list[str]:
    """A `docker run` for a task with an image; secret variables are taken from the caller's shell."""
    if not task.image:
        return []
    program, *arguments = (_here(each, task) for each in task.command)
    begin = ["docker", "run", "--rm", "--name", task.name]
    rest = [*_options(task, tool), ["--entrypoint", program], [task.image], *_grouped(arguments)]
    return [" \\\n  ".join(map(shlex.join, [begin, *rest]))]


def _grouped(arguments: list[str]) -> list[list[str]]:
    """The arguments in lines: each option with what follows it."""
    lines: list[list[str]] = []
    for each in arguments:
        if each.startswith("-") or not lines:
            lines.append([each])
        else:
            lines[-1].append(each)
    return lines


def _options(task: PlannedTask, tool: str) -> Iterator[list[str]]:
    for port in task.ports:
        # What nobody may reach from outside is not published; what is, to this machine alone.
        if port.open != "no":
            yield ["-p", f"127.0.0.1:{port.port}:{port.port}"]
    for variable in task.environment:
        value = None if variable.value is None else _here(variable.value, task)
        yield ["-e", variable.name if value is None else f"{variable.name}={value}"]
    for mount in task.mounts:
        yield ["-v", f"{_source(mount, tool)}:{_here(mount.at, task)}{'' if mount.write else ':ro'}"]
    if cpu := task.resources.get("cpu"):
        yield [f"--cpus={cpu:g}"]
    if memory := task.resources.get("memory_mb"):
        yield [f"--memory={memory:.0f}m"]
    if gpu := task.resources.get("gpu"):
        yield [f"--gpus={gpu:.0f}"]
    if task.directory:
        yield [f"--workdir={_here(task.directory, task)}"]


def _source(mount: Mount, tool: str) -> str:
    """The volume: all tasks of a tool share those that have no name."""
    return mount.name.replace(":", "-") if mount.name else f"{tool}-{mount.what}"


def _here(text: str, task: PlannedTask) -> str:
    ports = {each.name: each.port for each in task.ports}

    def known(each: Placeholder) -> str:
        match each.name:
            case "host":
                return "0.0.0.0"  # noqa: S104 - inside the container
            case "work":
                return WORK
            case "base":
                return "/"
            case "address":
                return f"http://127.0.0.1:{ports[each.of]}"
            case _:
                return str(ports[each.of])

    return resolved(text, known)
