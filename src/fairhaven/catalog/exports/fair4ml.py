"""FAIR4ML 0.1.0 (RDA): a machine-learning model in the words of schema.org and its own.

Source: https://w3id.org/fair4ml. Data sets are `cr:Dataset` with `schema:Dataset`, evaluations are whole.
"""

from collections.abc import Sequence

from fairhaven.catalog.exports.graph import Graph, Iri, Node
from fairhaven.catalog.exports.item import Item, Licence, agent_id
from fairhaven.catalog.exports.vocabulary import CODEMETA, CR, FAIR4ML, SCHEMA
from fairhaven.catalog.metadata import (
    Agent,
    BaseModelLink,
    Dataset,
    Evaluation,
    File,
    Grant,
    Metric,
    ResourceSet,
)

PROFILE = Iri("https://w3id.org/fair4ml/0.1.0")


def graph(item: Item) -> Graph:
    """The item's record."""
    made = Graph()
    describe(made, item)
    return made


def describe(graph: Graph, item: Item) -> Node:
    """Add the item to a graph, and return its node."""
    model = graph.node(item.id, FAIR4ML.MLModel)
    basics(model, item)
    _kind(model, item)
    _data(model, item)
    _evaluations(model, item)
    _use(model, item)
    return model


def basics(model: Node, item: Item, *, filled: bool = True) -> None:
    """What schema.org says of any work: names, people, dates, links; `filled`: some author in any case."""
    known = item.metadata
    model.add(SCHEMA.name, known.title).add(SCHEMA.description, known.description)
    model.add(SCHEMA.abstract, known.summary).add(SCHEMA.version, item.version)
    model.add(SCHEMA.identifier, str(item.id), f"https://doi.org/{item.doi}" if item.doi else None)
    model.add(SCHEMA.url, item.page).add(SCHEMA.keywords, *item.keywords)
    model.add(SCHEMA.dateCreated, item.created).add(SCHEMA.dateModified, item.modified)
    model.add(SCHEMA.datePublished, item.published)
    if item.licence:
        model.add(SCHEMA.license, item.licence.iri or item.licence.text)
    model.add(SCHEMA.inLanguage, *known.languages)
    model.add(SCHEMA.isAccessibleForFree, item.public)
    model.add(SCHEMA.conditionsOfAccess, None if item.public else "For members of the project.")
    _people(model, item, item.creators if filled else known.authors)
    _links(model, item)
    for number, file in enumerate(item.files if known.files else (), start=1):
        model.add(SCHEMA.distribution, media(model, item, file, f"file-{number}"))


def _people(model: Node, item: Item, authors: Sequence[Agent]) -> None:
    known = item.metadata
    for said, role, people in (
        (SCHEMA.author, "author", authors),
        (SCHEMA.contributor, "contributor", known.contributors),
        (SCHEMA.maintainer, "maintainer", known.maintainers),
    ):
        for number, who in enumerate(people, start=1):
            model.add(said, person(model, item, who, f"{role}-{number}"))
    model.add(SCHEMA.publisher, publisher(model, item))
    for number, grant in enumerate(known.funding, start=1):
        model.add(SCHEMA.funding, _grant(model, item, grant, number))


def person(model: Node, item: Item, who: Agent, name: str) -> Node:
    """A person or an organisation; the affiliation stands with its ROR where there is one."""
    kind = SCHEMA.Organization if who.type == "organisation" else SCHEMA.Person
    node = model.graph.node(agent_id(who) or item.part(name), kind).add(SCHEMA.name, who.name)
    if who.url:
        node.add(SCHEMA.url, Iri(who.url))
    if who.affiliation:
        ror = f"https://ror.org/{who.affiliation_ror}" if who.affiliation_ror else None
        of = model.graph.node(ror or item.part(f"{name}-affiliation"), SCHEMA.Organization)
        node.add(SCHEMA.affiliation, of.add(SCHEMA.name, who.affiliation))
    return node


def publisher(model: Node, item: Item) -> Node:
    """Who published it: as the metadata says, else the installation."""
    if item.metadata.publisher:
        return person(model, item, item.metadata.publisher, "publisher")
    site = model.graph.node(item.site.publisher, SCHEMA.Organization)
    return site.add(SCHEMA.name, item.site.name).add(SCHEMA.url, Iri(item.site.url))


def _grant(model: Node, item: Item, known: Grant, number: int) -> Node:
    ror = f"https://ror.org/{known.funder_ror}" if known.funder_ror else item.part(f"funder-{number}")
    funder = model.graph.node(ror, SCHEMA.Organization).add(SCHEMA.name, known.funder)
    grant = model.graph.node(item.part(f"grant-{number}"), SCHEMA.Grant).add(SCHEMA.funder, funder)
    grant.add(SCHEMA.identifier, known.award).add(SCHEMA.name, known.title)
    return grant.add(SCHEMA.url, Iri(known.url)) if known.url else grant


def _links(model: Node, item: Item) -> None:
    links = item.links
    for said, address in (
        (SCHEMA.codeRepository, links.source_code),
        (SCHEMA.softwareHelp, links.documentation),
        (SCHEMA.discussionUrl, links.discussion),
        (SCHEMA.releaseNotes, links.changelog),
        (SCHEMA.archivedAt, links.archive or links.zenodo_doi),
        (SCHEMA.citation, links.citation),
        (CODEMETA.issueTracker, links.issues),
        (CODEMETA.readme, links.documentation),
    ):
        if address:
            model.add(said, Iri(address))
    for each in item.metadata.references:
        address = f"https://doi.org/{each.doi}" if each.doi else each.url
        model.add(CODEMETA.referencePublication, Iri(address) if address else each.text or each.title)
    if item.pinned:
        model.add(SCHEMA.isBasedOn, item.concept)


def media(model: Node, item: Item, file: File, name: str, address: str | None = None) -> Node:
    """A file to download."""
    kinds = (SCHEMA.SoftwareSourceCode,) if file.role == "code" else ()
    node = model.graph.node(item.part(name), SCHEMA.MediaObject, *kinds).add(SCHEMA.name, file.path)
    node.add(SCHEMA.contentUrl, Iri(address or item.file_address(file)))
    node.add(SCHEMA.encodingFormat, file.format).add(SCHEMA.sha256, file.sha256)
    size = f"{file.size_bytes} B" if file.size_bytes is not None else None
    return node.add(SCHEMA.contentSize, size).add(SCHEMA.description, file.description)


def _kind(model: Node, item: Item) -> None:
    known = item.metadata
    model.add(FAIR4ML.mlTask, *known.tasks).add(FAIR4ML.modelCategory, *known.categories)
    model.add(SCHEMA.softwareRequirements, *known.libraries)
    model.add(FAIR4ML.sharedBy, publisher(model, item))
    base = [each.url or f"https://doi.org/{each.doi}" for each in _bases(item) if each.url or each.doi]
    for address in (*base, known.links.base_model):
        if address:
            other = model.graph.node(address, FAIR4ML.MLModel)
            model.add(FAIR4ML.fineTunedFrom, other.add(SCHEMA.url, Iri(address)))
    need = known.resources.inference or known.resources.training
    if need:
        _resources(model, need)


def _bases(item: Item) -> Sequence[BaseModelLink]:
    return item.metadata.model.base_models if item.metadata.model else ()


def _resources(model: Node, need: ResourceSet) -> None:
    processors = [f"{need.cpu} CPU" if need.cpu else "", f"{need.gpu} GPU" if need.gpu else ""]
    model.add(SCHEMA.processorRequirements, ", ".join(filter(None, processors)) or None)
    model.add(SCHEMA.memoryRequirements, f"{need.memory_MB} MB" if need.memory_MB else None)
    model.add(SCHEMA.storageRequirements, f"{need.storage_MB} MB" if need.storage_MB else None)


def _data(model: Node, item: Item) -> None:
    for roles, said in (
        (("training",), FAIR4ML.trainedOn),
        (("validation",), FAIR4ML.validatedOn),
        (("testing",), FAIR4ML.testedOn),
        (("evaluation",), FAIR4ML.evaluatedOn),
    ):
        for name, each in item.datasets_for(*roles):
            model.add(said, dataset(model, item, each, name))


def dataset(model: Node, item: Item, known: Dataset, name: Iri) -> Node:
    """A data set in schema.org's words."""
    node = model.graph.node(name, SCHEMA.Dataset, CR.Dataset).add(SCHEMA.name, known.name)
    node.add(SCHEMA.description, known.description).add(SCHEMA.version, known.version)
    node.add(SCHEMA.identifier, f"https://doi.org/{known.doi}" if known.doi else None)
    if known.url:
        node.add(SCHEMA.url, Iri(known.url))
    if known.license:
        licence = Licence.of(known.license)
        node.add(SCHEMA.license, licence.iri or licence.text)
    node.add(SCHEMA.datePublished, known.published).add(SCHEMA.keywords, *known.keywords)
    node.add(SCHEMA.inLanguage, *known.languages)
    short = name.partition("#")[2]
    for number, who in enumerate(known.creators, start=1):
        node.add(SCHEMA.creator, person(model, item, who, f"{short}-creator-{number}"))
    if known.publisher:
        node.add(SCHEMA.publisher, person(model, item, known.publisher, f"{short}-publisher"))
    for number, file in enumerate(known.files, start=1):
        address = file.url or known.url
        if address:
            node.add(SCHEMA.distribution, media(model, item, file, f"{short}-file-{number}", address))
    return node


def _evaluations(model: Node, item: Item) -> None:
    names = {each.name: item.dataset_id(number) for number, each in enumerate(item.datasets, start=1)}
    for number, each in enumerate(item.metadata.evaluations, start=1):
        node = model.graph.node(item.part(f"evaluation-{number}"), FAIR4ML.MLModelEvaluation)
        model.add(FAIR4ML.hasEvaluation, node)
        node.add(FAIR4ML.evaluatedMLModel, model).add(SCHEMA.name, each.name)
        if each.dataset:
            node.add(FAIR4ML.evaluationDataset, names.get(each.dataset) or each.dataset)
        _results(node, item, each, number)


def _results(node: Node, item: Item, known: Evaluation, number: int) -> None:
    node.add(FAIR4ML.evaluationMetrics, *[one.name for one in known.metrics])
    for place, one in enumerate(known.metrics, start=1):
        node.add(FAIR4ML.evaluationResults, _metric(node, item, one, f"evaluation-{number}-{place}"))
    node.add(SCHEMA.description, known.procedure).add(SCHEMA.dateCreated, known.performed)
    if known.software:
        node.add(FAIR4ML.evaluationSoftware, known.software)


def _metric(node: Node, item: Item, known: Metric, name: str) -> Node:
    made = node.graph.node(item.part(name), SCHEMA.PropertyValue).add(SCHEMA.name, known.name)
    made.add(SCHEMA.value, known.value).add(SCHEMA.unitText, known.unit)
    return made.add(SCHEMA.minValue, known.lower).add(SCHEMA.maxValue, known.upper)


def _use(model: Node, item: Item) -> None:
    known = item.metadata
    if known.use:
        model.add(FAIR4ML.intendedUse, *known.use.intended)
        model.add(FAIR4ML.usageInstructions, known.use.instructions)
        model.add(FAIR4ML.codeSampleSnippet, known.use.example)
    if known.limits:
        said = (*known.limits.known, *known.limits.biases, *known.limits.risks)
        model.add(FAIR4ML.modelRisksBiasLimitations, *said)
        model.add(FAIR4ML.ethicalSocial, known.limits.ethics).add(FAIR4ML.legal, known.limits.legal)
    if known.impact and known.impact.emissions_kgCO2e is not None:
        model.add(FAIR4ML.hasCO2eEmissions, f"{known.impact.emissions_kgCO2e:g} kg CO2e")
