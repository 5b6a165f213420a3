"""What several vocabularies say alike: people, licences, checksums."""

from fairhaven.catalog.exports.graph import XSD, Graph, Literal, Node
from fairhaven.catalog.exports.item import Item, Licence, agent_id
from fairhaven.catalog.exports.vocabulary import DCT, FOAF, OWL, RDFS, SPDX
from fairhaven.catalog.metadata import Agent, File


def agent(graph: Graph, item: Item, who: Agent, name: str) -> Node:
    """A person or organisation in FOAF; without ORCID or ROR it is a part of the item called `name`."""
    kind = FOAF.Organization if who.type == "organisation" else FOAF.Person
    node = graph.node(agent_id(who) or item.part(name), FOAF.Agent, kind)
    node.add(FOAF.name, who.name)
    if who.url:
        node.add(FOAF.homepage, graph.node(who.url, FOAF.Document))
    return node


def site_agent(graph: Graph, item: Item) -> Node:
    """The installation as publisher."""
    home = graph.node(item.site.url, FOAF.Document)
    node = graph.node(item.site.publisher, FOAF.Agent, FOAF.Organization)
    return node.add(FOAF.name, item.site.name).add(FOAF.homepage, home)


def licence(graph: Graph, item: Item, known: Licence, name: str = "licence") -> Node:
    """A licence document: by the EU's name, else SPDX's, else as a part of the item."""
    node = graph.node(known.eu or known.iri or item.part(name), DCT.LicenseDocument)
    node.add(DCT.title, known.text).add(DCT.identifier, known.text)
    if known.eu and known.iri:
        node.add(RDFS.seeAlso, known.iri)
    return node


def checksums(graph: Graph, owner: Node, file: File) -> None:
    """The checksums of a file, as SPDX says them."""
    for algorithm, value in (("sha256", file.sha256), ("md5", file.md5)):
        if value:
            kind = graph.node(SPDX[f"checksumAlgorithm_{algorithm}"], SPDX.ChecksumAlgorithm)
            made = graph.node(f"{owner.id}-{algorithm}", SPDX.Checksum)
            made.add(SPDX.algorithm, kind).add(SPDX.checksumValue, Literal(value, XSD.hexBinary))
            owner.add(SPDX.checksum, made)


def other_names(node: Node, item: Item) -> None:
    """The DOI, and the module of which this is a release."""
    if item.doi:
        node.add(OWL.sameAs, node.graph.node(f"https://doi.org/{item.doi}").id)
    if item.pinned:
        node.add(DCT.isVersionOf, item.concept)
    elif item.release:
        node.add(DCT.hasVersion, item.release)
