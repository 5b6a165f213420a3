"""What is kept of what others say of a module: only what its authors leave open."""

from collections.abc import Mapping
from typing import Any

from fairhaven.catalog.models import ModuleRow

# What exports tell where authors are silent.
EXPORTED = ("license", "created", "pushed", "homepage", "issues")


def keep(row: ModuleRow, values: Mapping[str, Any]) -> None:
    """Keep what authors leave open; the licence is also what filters find."""
    said = spoken(row.content)
    row.filled = {name: value for name, value in values.items() if name not in said}
    licence = row.filled.get("license")
    row.license = row.content.get("license") or (licence["value"] if licence else None)


def spoken(content: Mapping[str, Any]) -> set[str]:
    """The fields that the authors fill in themselves."""
    links = content.get("links") or {}
    said = {name for name in ("license", "contributors") if content.get(name)}
    said |= {name for name in ("homepage", "issues") if links.get(name)}
    return said | ({"created"} if content.get("dates") else set())


def exported_by(row: ModuleRow) -> Mapping[str, Any]:
    """What exports take of it."""
    return {name: row.filled[name]["value"] for name in EXPORTED if name in row.filled}
