"""Tools of a platform: what each is, and what would run."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairhaven.catalog.schemas import NewPlan, Plan, Tool, ToolSummary
from fairhaven.client.base import Connection


class Tools:
    """Applications that are described by data: `Fairhaven(…).tools`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, q: str | None = None, *, category: str | None = None) -> Sequence[ToolSummary]:
        """The tools that have every word of `q`, by name."""
        found: Sequence[ToolSummary] = self._connection.get(
            "/tools", Sequence[ToolSummary], q=q, category=category
        )
        return found

    def get(self, name: str) -> Tool:
        """One tool with its form and tasks."""
        found: Tool = self._connection.get(f"/tools/{name}", Tool)
        return found

    def form(self, name: str) -> dict[str, Any]:
        """The tool's form as JSON Schema."""
        found: dict[str, Any] = self._connection.get(f"/tools/{name}/form", dict[str, Any])
        return found

    def plan(self, name: str, values: Mapping[str, Any] | None = None, *, module: str | None = None) -> Plan:
        """What would run with these values; others have their defaults, from the module if one is named.

        Raises:
            ApiProblem: a value is not what the form allows; `details.errors` names the fields.
        """
        wanted = NewPlan(values=values or {}, module=module)
        made: Plan = self._connection.post(f"/tools/{name}/plan", Plan, json=wanted)
        return made

    def schema(self, version: str = "1.0.0") -> dict[str, Any]:
        """The JSON Schema of `tool.yaml`."""
        found: dict[str, Any] = self._connection.get(f"/tool-schemas/{version}", dict[str, Any])
        return found
