"""What a module's page says for machines and those who cite it: links, data, citations, formats."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fairhaven.catalog.api.exports import offered
from fairhaven.catalog.exports import bibtex, cff, datacite, formats, schema_org, signposting
from fairhaven.catalog.exports.item import Item, Licence
from fairhaven.catalog.schemas import ExportFormat
from fairhaven.catalog.service import Exported
from fairhaven.ui.translations import gettext as _


def embedded(found: Exported) -> Markup:
    """The item in schema.org's words, as it stands in a page's `<script type="application/ld+json">`."""
    if found.item is None:
        return Markup("")
    text = json.dumps(schema_org.document(found.item), ensure_ascii=False)
    # No text of an author ends the script or begins a comment in it.
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # noqa: S704 - what HTML would read is escaped above


def link_header(found: Exported) -> Mapping[str, str]:
    """The page's `Link` header: FAIR Signposting."""
    if found.item is None:
        return {}
    return {"Link": signposting.header(found.item, formats.described(found.item))}


def licence(found: Exported) -> Licence | None:
    return found.item.licence if found.item else None


def citations(item: Item) -> Sequence[tuple[str, str]]:
    """Ways to cite, each with its text."""
    return (
        ("BibTeX", bibtex.document(item)),
        ("CITATION.cff", cff.document(item)),
        ("DataCite", formats.pretty(datacite.document(item))),
    )


def cite_tab(found: Exported) -> dict[str, Any]:
    """What the tab “Cite” shows."""
    item = found.item
    return {
        "why": found.why,
        "identifier": str(item.id) if item else "",
        "citations": citations(item) if item else (),
        "filled": _filled(item) if item else (),
        "kinds": _grouped(offered(item, found.why)),
    }


def _grouped(kinds: Sequence[ExportFormat]) -> Sequence[tuple[str, Sequence[ExportFormat]]]:
    """Formats by what they tell: a row of the table each, its ways of writing side by side."""
    rows: dict[str, list[ExportFormat]] = {}
    for each in kinds:
        rows.setdefault(each.label.partition(", ")[0], []).append(each)
    return list(rows.items())


def _filled(item: Item) -> Sequence[tuple[str, str]]:
    words = {
        "authors": (_("Authors"), _("the owner of the repository")),
        "publisher": (_("Publisher"), _("this installation")),
        "dates": (_("Dates"), _("when the module was registered and last changed")),
        "license": (_("Licence"), _("the repository's licence")),
        "version": (_("Version"), _("the release")),
    }
    return [words[name] for name in item.filled]
