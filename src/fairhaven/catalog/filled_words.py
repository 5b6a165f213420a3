"""What a module's page says beside the authors' words, each with who says it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairhaven.catalog.schemas import Module
from fairhaven.ui.translations import gettext as _

SHOWN = 6  # names that are written out


@dataclass(frozen=True)
class Beside:
    """One line: `text`, or a moment; with a link, if it has one."""

    label: str
    text: str = ""
    href: str = ""
    moment: datetime | None = None


def filled_words(module: Module) -> Mapping[str, Sequence[Beside]]:
    """What is filled in of the module, by who says it, in the order of the page."""
    found: dict[str, list[Beside]] = {}
    for name, (label, made) in _words().items():
        known = module.filled.get(name)
        if known is not None and (parts := made(known.value)):
            found.setdefault(known.source, []).append(Beside(label, **parts))
    return found


def _words() -> dict[str, tuple[str, Callable[[Any], dict[str, Any]]]]:
    return {
        "license": (_("Licence"), _text),
        "stars": (_("Stars"), _text),
        "latest_release": (_("Latest tag"), _named),
        "created": (_("Repository since"), _moment),
        "pushed": (_("Last push"), _moment),
        "contributors": (_("Contributors"), _names),
        "topics": (_("Topics"), _names),
        "homepage": (_("Home page"), _link),
        "issues": (_("Questions and faults"), _link),
    }


def _text(value: Any) -> dict[str, Any]:
    return {"text": str(value)} if value not in (None, "", 0) else {}


def _named(value: Any) -> dict[str, Any]:
    return {"text": str(value["name"]), "href": str(value.get("url") or "")}


def _link(value: Any) -> dict[str, Any]:
    return {"text": str(value).partition("://")[2].rstrip("/")[:60], "href": str(value)}


def _moment(value: Any) -> dict[str, Any]:
    return {"moment": datetime.fromisoformat(str(value))}


def _names(value: Any) -> dict[str, Any]:
    more = len(value) - SHOWN
    return {"text": ", ".join(value[:SHOWN]) + (f" +{more}" if more > 0 else "")} if value else {}
