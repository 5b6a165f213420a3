"""What a module's page says for machines and those who cite it: links, data, citations, formats."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from fairhaven.catalog.api.exports import offered
from fairhaven.catalog.exports import apa, bibtex, cff, datacite, formats, schema_org, signposting
from fairhaven.catalog.exports.item import Item, Licence, version_in
from fairhaven.catalog.schemas import ExportFormat, Release
from fairhaven.catalog.service import Exported
from fairhaven.core.markdown import parted, render
from fairhaven.ui.translations import gettext as _

# What a release is offered as beside its name: the word, and the format.
RELEASE_FORMATS = (
    ("RO-Crate", "ro-crate"),
    ("Turtle", "turtle"),
    ("JSON-LD", "jsonld"),
    ("DataCite", "datacite-json"),
    ("BibTeX", "bibtex"),
)
NOTHING = Markup("")
LONG_README = 4000  # characters that the overview shows of it


@dataclass(frozen=True)
class Folded:
    """A text of the authors as HTML: its beginning, and the rest of it; `more`: there is more elsewhere."""

    first: Markup
    rest: Markup = NOTHING
    more: bool = False


@dataclass(frozen=True)
class Citation:
    """One way to cite; `href` is where it can be had as a file."""

    label: str
    text: str
    href: str = ""


# Pictures that we have ourselves: the path that texts name them by, and where they are.
Pictures = tuple[tuple[str, str], ...]
MOST_PICTURES = 40 * 1024  # bytes of them together: a page weighs 100 KiB at most
_DRAWN = ("image/png", "image/jpeg", "image/gif", "image/webp")


def pictures(item: Item) -> Pictures:
    """Those that the item's release holds, as many as a page can carry."""
    held = [each for each in item.edition.holdings.files if each.type in _DRAWN] if item.edition else []
    where = f"/id/module/{quote(item.name)}@{version_in(item.version)}/files/"
    light = sorted(held, key=lambda each: each.size)
    together = accumulate(each.size for each in light)
    shown = takewhile(lambda pair: pair[1] <= MOST_PICTURES, zip(light, together, strict=True))
    return tuple((each.path, where + quote(each.path)) for each, _size in shown)


@lru_cache(maxsize=256)
def folded(markdown: str, base: str, own: Pictures = ()) -> Folded:
    """All of a text, its later sections apart."""
    first, rest = parted(markdown)
    return Folded(text(first, base, own), text(rest, base, own) if rest.strip() else NOTHING)


@lru_cache(maxsize=256)
def begun(markdown: str, base: str, own: Pictures = ()) -> Folded:
    """The beginning of a text that is long."""
    first, rest = parted(markdown, LONG_README)
    return Folded(text(first, base, own), more=bool(rest))


def plain(words: str) -> Folded:
    """The beginning of a text that is no Markdown."""
    first = Markup("<pre>{}</pre>").format(words[:LONG_README])
    return Folded(first, more=len(words) > LONG_README)


@lru_cache(maxsize=64)
def text(markdown: str, base: str, own: Pictures = ()) -> Markup:
    """Markdown as safe HTML; kept, because a long text takes a tenth of a second."""
    return render(markdown, base_url=base or None, pictures=False, own=dict(own))


def identifier(found: Exported, release: Release) -> str:
    """The persistent identifier of a release; empty when the module cannot be told."""
    return f"{found.item.concept}@{version_in(release.version)}" if found.item else ""


def embedded(found: Exported) -> Markup:
    """The item in schema.org's words, as it stands in a page's `<script type="application/ld+json">`."""
    return Markup("") if found.item is None else in_script(schema_org.document(found.item))


def in_script(document: Any) -> Markup:
    """A document as JSON in a script of a page: no text of an author ends the script or begins a comment."""
    text = json.dumps(document, ensure_ascii=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # noqa: S704 - what HTML would read is escaped above


def link_header(found: Exported) -> Mapping[str, str]:
    """The page's `Link` header: FAIR Signposting."""
    if found.item is None:
        return {}
    return {"Link": signposting.header(found.item, formats.described(found.item))}


def licence(found: Exported) -> Licence | None:
    return found.item.licence if found.item else None


def citations(item: Item) -> Sequence[Citation]:
    """Ways to cite, each with its text."""
    return (
        Citation(_("As text"), apa.document(item)),
        Citation("BibTeX", bibtex.document(item), formats.address(item, "bibtex")),
        Citation("CITATION.cff", cff.document(item), formats.address(item, "cff")),
        Citation("DataCite", formats.pretty(datacite.document(item)), formats.address(item, "datacite-json")),
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
        "homepage": (_("Home page"), ""),
        "issues": (_("Questions and faults"), ""),
    }
    # Who told it, where it was somebody else than the platform itself.
    source = {"dates": "created"} | {name: name for name in ("license", "homepage", "issues")}
    told = {name: item.told[key]["source"] for name, key in source.items() if key in item.told}
    return [(words[name][0], told.get(name) or words[name][1]) for name in item.filled]
