"""The list of domains (temporarily tolerant while they are being written)."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from fairhaven.ui.rendering import NavItem


def _try(name: str) -> Any:
    try:
        return import_module(f"fairhaven.{name}")
    except ImportError as e:
        if "fairhaven" not in str(e):
            raise
        return None


_R = [
    "identity.api","home.pages","home.api_reference",
    "catalog.api",
    "builds.api",
    "workloads.api",
    "workloads.gateway",
    "identity.pages",
    "catalog.pages",
    "builds.pages",
    "workloads.pages",
    "ui.pages",
]
ROUTERS: Any = [m.router for m in map(_try, _R) if m is not None and hasattr(m, "router")]
_rec = _try("workloads.reconcile")
RECONCILERS: Any = (_rec.reconciler,) if _rec else ()
BACKGROUND = [
    _try(n)
    for n in (
        "builds.handlers",
        "builds.tasks",
        "catalog.tasks",
        "catalog.handlers",
        "workloads.handlers",
        "workloads.tasks",
    )
]
NAV: Sequence[NavItem] = (
    NavItem("Catalog", "/catalog", "library"),
    NavItem("Workloads", "/workloads", "play", lambda actor: actor.signed_in),
    NavItem("Builds", "/builds", "hammer", lambda actor: actor.signed_in),
)
_HERE = Path(__file__).parent
TEMPLATES: Sequence[Path] = tuple(
    p for p in (_HERE / d / "templates" for d in ("identity", "catalog", "builds", "workloads", "home")) if p.exists()
)
