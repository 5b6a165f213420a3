"""A tool in schema.org's words: a piece of software that others can find."""

from typing import Any

from fairhaven.catalog.exports import jsonld
from fairhaven.catalog.exports.graph import Graph, Iri
from fairhaven.catalog.exports.item import Site
from fairhaven.catalog.exports.vocabulary import SCHEMA
from fairhaven.catalog.schemas.tools import Tool


def document(tool: Tool, site: Site) -> dict[str, Any]:
    """The tool as a SoftwareApplication, as JSON-LD with its context within."""
    made = Graph()
    page = Iri(f"{site.url.rstrip('/')}/tools/{tool.name}")
    software = made.node(page, SCHEMA.SoftwareApplication)
    software.add(SCHEMA.name, tool.title).add(SCHEMA.description, tool.summary)
    software.add(SCHEMA.softwareVersion, tool.version).add(SCHEMA.url, page)
    software.add(SCHEMA.license, _licence(tool.license))
    software.add(SCHEMA.applicationCategory, *tool.categories)
    software.add(SCHEMA.keywords, *tool.tags)
    software.add(SCHEMA.isAccessibleForFree, True)
    for name, said in (("homepage", SCHEMA.sameAs), ("documentation", SCHEMA.softwareHelp)):
        if name in tool.links:
            software.add(said, Iri(tool.links[name]))
    software.add(SCHEMA.codeRepository, Iri(tool.links["source_code"]))
    return jsonld.write(made, vocabulary=SCHEMA)


def _licence(text: str) -> Iri | str:
    """SPDX's own address of a licence; an expression of several stays text."""
    alone = text.replace(".", "").replace("-", "").replace("+", "").isalnum()
    return Iri(f"https://spdx.org/licenses/{text}") if alone and not text.startswith("LicenseRef") else text
