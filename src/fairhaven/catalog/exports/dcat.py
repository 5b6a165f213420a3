"""DCAT 3 (W3C): the catalog as pages of records, and one item as a data set among others."""

from collections.abc import Sequence
from datetime import datetime

from fairhaven.catalog.exports import common, mldcat
from fairhaven.catalog.exports.graph import Graph, Iri, Node
from fairhaven.catalog.exports.item import Item, Site
from fairhaven.catalog.exports.vocabulary import DCAT, DCT, FOAF, HYDRA, IT6, MEDIA_TYPES

PROFILE = Iri("http://www.w3.org/ns/dcat#")


def graph(item: Item) -> Graph:
    """The item for harvesters that know data sets and no models."""
    made = Graph()
    describe(made, item)
    return made


def describe(graph: Graph, item: Item) -> Node:
    """Add the item to a graph as a `dcat:Dataset`, its formats and files as distributions."""
    known = item.metadata
    node = graph.node(item.id, DCAT.Dataset)
    node.add(DCT.title, known.title).add(DCT.description, known.summary, known.description)
    node.add(DCT.identifier, str(item.id)).add(DCAT.version, item.version).add(DCAT.keyword, *item.keywords)
    node.add(DCT.issued, item.published).add(DCT.modified, item.modified)
    for number, who in enumerate(item.creators, start=1):
        node.add(DCT.creator, common.agent(graph, item, who, f"creator-{number}"))
    own = common.agent(graph, item, known.publisher, "publisher") if known.publisher else None
    node.add(DCT.publisher, own or common.site_agent(graph, item))
    if item.licence:
        node.add(DCT.license, common.licence(graph, item, item.licence))
    node.add(DCAT.landingPage, graph.node(item.page, FOAF.Document))
    common.other_names(node, item)
    for number, file in enumerate(item.files, start=1):
        made = graph.node(item.part(f"file-{number}"), DCAT.Distribution).add(DCT.title, file.path)
        made.add(DCAT.accessURL, Iri(item.file_address(file)))
        if file.url:
            made.add(DCAT.downloadURL, Iri(file.url))
        if file.format and "/" in file.format:
            made.add(DCAT.mediaType, Iri(MEDIA_TYPES + file.format))
        common.checksums(graph, made, file)
        node.add(DCAT.distribution, made)
    return node


def catalog(
    site: Site, items: Sequence[Item], *, here: str, after: str | None, total: int, models: bool
) -> Graph:
    """One page of the catalog.

    Args:
        here: the page's own address; `after`: the next page's, None on the last.
        models: tell the items in MLDCAT-AP's words, else as data sets.
    """
    made = Graph()
    node = made.node(site.catalog, DCAT.Catalog)
    node.add(DCT.title, site.name).add(DCT.identifier, str(site.catalog))
    node.add(DCT.description, f"Models that {site.name} offers: to try, run, train again and cite.")
    home = made.node(site.url, FOAF.Document)
    publisher = made.node(site.publisher, FOAF.Agent, FOAF.Organization).add(FOAF.name, site.name)
    node.add(DCT.publisher, publisher.add(FOAF.homepage, home)).add(FOAF.homepage, home)
    if items:
        node.add(DCT.modified, max(each.stamp for each in items))
    for item in items:
        described = mldcat.describe(made, item) if models else describe(made, item)
        node.add(DCAT.resource if models else DCAT.dataset, described)
        node.add(DCAT.record, _record(made, item, described, item.stamp))
    _paging(made, site, here, after, total)
    return made


def _record(graph: Graph, item: Item, described: Node, changed: datetime) -> Node:
    record = graph.node(item.part("record"), DCAT.CatalogRecord)
    record.add(DCT.modified, changed).add(FOAF.primaryTopic, described)
    return record.add(IT6.descriptionVersion, item.metadata.metadata_version)


def _paging(graph: Graph, site: Site, here: str, after: str | None, total: int) -> None:
    """As Hydra says pages of a collection, which DCAT harvesters follow."""
    page = graph.node(here, HYDRA.PartialCollectionView).add(HYDRA.first, site.catalog)
    if after:
        page.add(HYDRA.next, Iri(after))
    graph.node(site.catalog).add(HYDRA.totalItems, total).add(HYDRA.view, page)
