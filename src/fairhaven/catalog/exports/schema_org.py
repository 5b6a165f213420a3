"""schema.org, for search engines and robots: what item pages hold within them."""

from typing import Any

from fairhaven.catalog.exports import fair4ml, jsonld
from fairhaven.catalog.exports.graph import Graph, Iri, Node
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.exports.vocabulary import SCHEMA

PROFILE = Iri("https://schema.org/")


def graph(item: Item) -> Graph:
    """The item as a piece of software in a catalog of data."""
    made = Graph()
    model = made.node(item.id, SCHEMA.SoftwareSourceCode)
    fair4ml.basics(model, item)
    model.add(SCHEMA.programmingLanguage, "Python").add(SCHEMA.runtimePlatform, *item.metadata.libraries)
    model.add(SCHEMA.mainEntityOfPage, item.page)
    if item.metadata.links.docker_image:
        model.add(SCHEMA.targetProduct, _image(made, item, item.metadata.links.docker_image))
    for number, each in enumerate(item.datasets, start=1):
        model.add(SCHEMA.isBasedOn, fair4ml.dataset(model, item, each, item.dataset_id(number)))
    catalog = made.node(item.site.catalog, SCHEMA.DataCatalog).add(SCHEMA.name, item.site.name)
    model.add(SCHEMA.includedInDataCatalog, catalog.add(SCHEMA.url, Iri(item.site.url)))
    return made


def document(item: Item) -> dict[str, Any]:
    """The same as the object that a page's `<script type="application/ld+json">` holds."""
    return jsonld.write(graph(item), vocabulary=SCHEMA)


def _image(graph: Graph, item: Item, reference: str) -> Node:
    node = graph.node(item.part("image"), SCHEMA.SoftwareApplication)
    return node.add(SCHEMA.name, reference).add(SCHEMA.applicationCategory, "container image")
