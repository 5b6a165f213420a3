"""Tools: what is told of them, and the tasks that would run for a filled-in form."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from fairhaven.catalog.metadata.report import Problem
from fairhaven.core.schemas import Reading, Schema, Slug

Value = str | int | float | bool | Sequence[Any]
When = Mapping[str, Value]


class Role(StrEnum):
    """What a task is among the others: people use `main`, a sidecar lives as long, a setup ends before."""

    MAIN = "main"
    SIDECAR = "sidecar"
    SETUP = "setup"


class Conditional(Reading):
    """Arguments for the case that fields have certain values."""

    when: When
    add: Sequence[str]


class Packages(Reading):
    """What is installed where there are no containers."""

    python: Sequence[str] = ()
    npm: Sequence[str] = ()


class Port(Reading):
    """Where a task listens; `open` says who reaches it from outside."""

    name: str
    port: int
    protocol: Literal["http", "https", "grpc", "tcp"] = "http"
    title: str | None = None
    path: str = "/"
    open: Literal["owner", "project", "token", "no"] = "owner"


class Ready(Reading):
    """A task can be used when its port takes connections or, with a path, answers 200 there."""

    port: str
    path: str | None = None
    seconds: int = 120


class Mount(Reading):
    """A folder that a task sees; `name` is which storage."""

    what: Literal["scratch", "kept", "storage", "module"]
    at: str
    name: str | None = None
    write: bool = True


class Task(Reading):
    """A program as `tool.yaml` says it, with `{placeholders}`."""

    name: str
    title: str | None = None
    role: Role = Role.MAIN
    when: When | None = None
    image: str | None = None
    packages: Packages = Packages()
    command: Sequence[str | Conditional]
    directory: str | None = None
    ports: Sequence[Port] = ()
    resources: Mapping[str, float | str] = {}
    environment: Mapping[str, str] = {}
    ready: Ready | None = None
    mounts: Sequence[Mount] = ()


class ToolSummary(Reading):
    """A tool as a list shows it; one that is not `valid` is told to administrators only."""

    name: str
    title: str
    summary: str
    version: str
    license: str
    tags: Sequence[str] = ()
    categories: Sequence[str] = ()
    shipped: bool = Field(True, description="Whether it came with Fairhaven; else the operator added it.")
    valid: bool = True


class Tool(ToolSummary):
    """A tool with all that its folder says; `form` is a JSON Schema, `description` is Markdown."""

    description: str
    links: Mapping[str, str]
    form: Mapping[str, Any]
    tasks: Sequence[Task] = ()
    opens: str | None = None
    problems: Sequence[Problem] = ()


class NewPlan(Schema):
    """A filled-in form; what is left out has its default, from the module if one is named."""

    values: Mapping[str, Any] = Field({}, description="Values by the names of the form's fields.")
    module: Slug | None = Field(None, description="Module that the tool is to be used for.")


class Variable(Reading):
    """A variable of a task: its value, or the name of the secret that it is."""

    name: str
    value: str | None = None
    secret: str | None = None


class PlannedTask(Reading):
    """A program as it would be started.

    In texts `{host}`, `{work}`, `{ports.NAME}`, `{base.NAME}` and `{address.NAME}` stay for whatever runs it;
    a brace of a value is doubled.
    """

    name: str
    title: str
    role: Role
    image: str | None
    packages: Packages
    command: Sequence[str]
    directory: str | None
    ports: Sequence[Port]
    resources: Mapping[str, float]
    environment: Sequence[Variable]
    ready: Ready | None
    mounts: Sequence[Mount]


class Plan(Reading):
    """What would run, without secrets; `by_hand` are commands for one's own machine, `notes` what to know."""

    tool: str
    version: str
    values: Mapping[str, Any]
    tasks: Sequence[PlannedTask]
    opens: str | None
    resources: Annotated[Mapping[str, float], Field(description="The sum over all that run at once.")]
    by_hand: Sequence[str]
    notes: Sequence[str]
