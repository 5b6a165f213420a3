"""CodeMeta 3.0: the item as software, with what its release holds: dependencies, tests, licences, status.

Source: https://w3id.org/codemeta/3.0. It names only authors whom the authors name, and nobody who was put in.
Inputs and outputs are told in the words of RO-Crate's workflows (Bioschemas).
"""

from collections.abc import Iterator

from fairhaven.catalog.exports import fair4ml
from fairhaven.catalog.exports.graph import Graph, Iri, Node
from fairhaven.catalog.exports.holdings import NOTHING, Holdings
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.exports.vocabulary import BIO, CODEMETA, SCHEMA, WORKFLOW, media_type
from fairhaven.catalog.metadata.parts import Port

PROFILE = Iri("https://w3id.org/codemeta/3.0")


def graph(item: Item) -> Graph:
    """The item's record."""
    made = Graph()
    software = made.node(item.id, SCHEMA.SoftwareSourceCode)
    fair4ml.basics(software, item, filled=False)
    software.add(SCHEMA.programmingLanguage, "Python").add(SCHEMA.applicationCategory, *item.metadata.tasks)
    _use(software, item)
    _holdings(software, item, item.edition.holdings if item.edition else NOTHING)
    for said, ports in zip((WORKFLOW.input, WORKFLOW.output), _ports(item), strict=True):
        for number, port in enumerate(ports, start=1):
            software.add(said, _port(software, item, port, f"{said.rpartition('#')[2]}-{number}"))
    return made


def _use(software: Node, item: Item) -> None:
    known = item.metadata
    software.add(SCHEMA.runtimePlatform, *known.libraries)
    if known.use:
        software.add(CODEMETA.buildInstructions, known.use.instructions)
    if known.links.documentation:
        software.add(CODEMETA.buildInstructions, Iri(known.links.documentation))
    # A release is there because its build passed, and the build ran the tests.
    builds = known.links.cicd_url or (f"{item.page}?tab=releases" if item.edition else None)
    if builds:
        software.add(CODEMETA.continuousIntegration, Iri(builds))


def _holdings(software: Node, item: Item, held: Holdings) -> None:
    software.add(SCHEMA.softwareRequirements, *held.requirements)
    software.add(CODEMETA.developmentStatus, held.status or None)
    told = {file.path for file in item.metadata.files}
    for number, path in enumerate([path for path in held.named if path not in told], start=1):
        part = software.graph.node(item.part(f"part-{number}"), SCHEMA.DigitalDocument)
        declared = path in held.license_files
        words = "Named by `license-files` of pyproject.toml." if declared else None
        software.add(SCHEMA.hasPart, part.add(SCHEMA.name, path).add(SCHEMA.description, words))


def _ports(item: Item) -> Iterator[tuple[Port, ...]]:
    yield item.metadata.model.inputs if item.metadata.model else ()
    yield item.metadata.model.outputs if item.metadata.model else ()


def _port(software: Node, item: Item, port: Port, name: str) -> Node:
    node = software.graph.node(item.part(name), BIO.FormalParameter).add(SCHEMA.name, port.name)
    node.add(SCHEMA.description, port.description)
    return node.add(SCHEMA.encodingFormat, media_type(port.format) or port.format if port.format else None)
