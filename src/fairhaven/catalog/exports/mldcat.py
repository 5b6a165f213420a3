"""MLDCAT-AP 3.1.0 (SEMIC): the EU's profile for machine-learning models; and 2.1 for older harvesters.

Source: https://semiceu.github.io/MLDCAT-AP/releases/3.1.0. Every property that its SHACL shapes demand is
said; where authors were silent on one, the text says that, and nothing is invented.
"""

from collections.abc import Sequence

from fairhaven.catalog.exports import common
from fairhaven.catalog.exports.graph import XSD, Graph, Iri, Literal, Node
from fairhaven.catalog.exports.item import NOT_STATED, Item, Licence
from fairhaven.catalog.exports.vocabulary import (
    ACCESS,
    ADMS,
    BIRO,
    DCAT,
    DCT,
    DQV,
    FOAF,
    FRAPO,
    IT6,
    MEDIA_TYPES,
    PAPER,
    PROV,
    SKOS,
    language,
    media_type,
)
from fairhaven.catalog.metadata import Dataset, File, Impact, Reference

PROFILE = Iri("https://semiceu.github.io/MLDCAT-AP/releases/3.1.0")
PROFILE_2_1 = Iri("https://semiceu.github.io/MLDCAT-AP/releases/2.1.0")


def graph(item: Item, *, older: bool = False) -> Graph:
    """The item's record; `older`: in the words of 2.1."""
    made = Graph()
    describe(made, item, older=older)
    return made


def describe(graph: Graph, item: Item, *, older: bool = False) -> Node:
    """Add the item to a graph, and return its node."""
    model = graph.node(item.id, IT6.MachineLearningModel, DCAT.Resource)
    _names(graph, model, item, older=older)
    _people(graph, model, item)
    _content(graph, model, item, older=older)
    _kind(graph, model, item, older=older)
    _data(graph, model, item)
    _use(graph, model, item)
    _origin(graph, model, item)
    return model


def _names(graph: Graph, model: Node, item: Item, *, older: bool) -> None:
    known = item.metadata
    model.add(DCT.title, known.title)
    model.add(DCT.identifier, f"https://doi.org/{item.doi}" if item.doi else str(item.id))
    model.add(IT6.version if older else DCAT.version, item.version)
    model.add(DCT.created, item.created).add(DCT.modified, item.modified).add(IT6.releaseDate, item.published)
    model.add(IT6.shortDescription, known.summary).add(DCT.description, known.description)
    model.add(DCAT.keyword, *item.keywords)
    if item.licence:
        model.add(DCT.license, common.licence(graph, item, item.licence))
    for code in known.languages:
        model.add(DCT.language, graph.node(language(code), DCT.LinguisticSystem))
    level = f"{ACCESS}{'PUBLIC' if item.public else 'RESTRICTED'}"
    model.add(DCT.accessRights, graph.node(level, DCT.RightsStatement))
    if item.withdrawn:
        gone = graph.node("http://purl.org/adms/status/Withdrawn", SKOS.Concept)
        model.add(ADMS.status, gone.add(SKOS.prefLabel, "Withdrawn"))
    common.other_names(model, item)


def _people(graph: Graph, model: Node, item: Item) -> None:
    known = item.metadata
    for number, who in enumerate(item.creators, start=1):
        creator = common.agent(graph, item, who, f"creator-{number}")
        model.add(DCT.creator, creator).add(PROV.wasAttributedTo, creator)
    for number, who in enumerate((*known.contributors, *known.maintainers), start=1):
        model.add(DCT.contributor, common.agent(graph, item, who, f"contributor-{number}"))
    provider = common.agent(graph, item, known.publisher, "publisher") if known.publisher else None
    model.add(IT6.hasProvider, provider or common.site_agent(graph, item))
    for number, grant in enumerate(known.funding, start=1):
        name = f"https://ror.org/{grant.funder_ror}" if grant.funder_ror else item.part(f"funder-{number}")
        funder = graph.node(name, FOAF.Agent, FOAF.Organization).add(FOAF.name, grant.funder)
        model.add(FRAPO.isFundedBy, funder)


def _content(graph: Graph, model: Node, item: Item, *, older: bool) -> None:
    links = item.links
    for number, file in enumerate(item.files, start=1):
        node = _file(graph, item, file, number)
        model.add(IT6.hasFile, node)
        if older and number == 1:
            model.add(IT6.hasOutputFilePrediction, node)
    source = graph.node(links.source_code, PAPER.repository, DCAT.Resource)
    model.add(IT6.hasRepository, source.add(DCT.title, _place(links.source_code)))
    pages = (links.documentation, links.homepage, links.self, item.page)
    for page in pages:
        model.add(DCAT.landingPage if page == item.page else FOAF.page, _document(graph, page))


def _place(address: str) -> str:
    """What stands for a repository's title: the same in every record that names it."""
    return address.partition("://")[2].rstrip("/") or address


def _file(graph: Graph, item: Item, file: File, number: int) -> Node:
    node = graph.node(item.part(f"file-{number}"), IT6.File)
    node.add(DCT.title, file.path).add(DCT.identifier, str(node.id)).add(DCT.description, file.description)
    node.add(DCT.format, _format(graph, item, file.format or file.role))
    node.add(IT6.url, graph.node(item.file_address(file), DCAT.Resource))
    if file.size_bytes is not None:
        node.add(DCAT.byteSize, Literal(str(file.size_bytes), XSD.nonNegativeInteger))
    common.checksums(graph, node, file)
    return node


def _format(graph: Graph, item: Item, name: str) -> Node:
    """A file's format by IANA's name, else by a word of the catalog."""
    node = graph.node(media_type(name) or _local(item, "format", name), SKOS.Concept)
    return node.add(SKOS.prefLabel, name)


def _kind(graph: Graph, model: Node, item: Item, *, older: bool) -> None:
    known = item.metadata
    for name in known.categories:
        model.add(DCT.type, _concept(graph, item, "category", name))
    for name in known.tasks:
        model.add(DCAT.theme, _concept(graph, item, "task", name))
        if older:
            model.add(IT6.hasTaskType, _task_type(graph, item, name))
    for name in known.libraries:
        library = graph.node(_local(item, "library", name), IT6.Library).add(DCT.title, name)
        model.add(IT6.hasMachineLearningLibrary if older else DCT.requires, library)
    for name in known.model.modalities if known.model and known.model.modalities else known.data_type:
        modality = graph.node(_local(item, "modality", name), IT6.Modality)
        modality.add(IT6.classification, _concept(graph, item, "data-type", name))
        model.add(IT6.hasInputModality, modality)
    if known.model:
        model.add(IT6.modelArchitecture, known.model.architecture)
    if known.model and known.model.parameters is not None:
        count = Literal(str(known.model.parameters), XSD.nonNegativeInteger)
        model.add(IT6.totalNumberOfParameters, count)


def _task_type(graph: Graph, item: Item, name: str) -> Node:
    node = graph.node(_local(item, "task-type", name), IT6.TaskType)
    return node.add(SKOS.prefLabel, name).add(SKOS.definition, name).add(SKOS.notation, name)


def _concept(graph: Graph, item: Item, scheme: str, name: str) -> Node:
    return graph.node(_local(item, scheme, name), SKOS.Concept).add(SKOS.prefLabel, name)


def _local(item: Item, scheme: str, name: str) -> str:
    """A word of the catalog's lists: the same name in every record."""
    return f"{item.site.catalog}#{scheme}-{name.lower().replace(' ', '-')}"


def _data(graph: Graph, model: Node, item: Item) -> None:
    for roles, said in (
        (("training",), IT6.trainedOn),
        (("validation",), IT6.validatedOn),
        (("testing", "evaluation"), IT6.testedOn),
    ):
        for name, each in item.datasets_for(*roles):
            model.add(said, dataset(graph, item, each, name))
    if not item.datasets_for("training"):
        silent = Dataset(name=f"Training data of {item.metadata.title}", description=NOT_STATED)
        model.add(IT6.trainedOn, dataset(graph, item, silent, item.part("training-data")))


def dataset(graph: Graph, item: Item, known: Dataset, name: Iri) -> Node:
    """A data set with its files."""
    node = graph.node(name, DCAT.Dataset)
    node.add(DCT.title, known.name).add(DCT.description, known.description or NOT_STATED)
    node.add(IT6.collectionDate, _collected(known))
    node.add(DCT.identifier, f"https://doi.org/{known.doi}" if known.doi else known.url)
    node.add(DCAT.version, known.version).add(DCT.issued, known.published)
    node.add(DCAT.keyword, *known.keywords)
    for code in known.languages:
        node.add(DCT.language, graph.node(language(code), DCT.LinguisticSystem))
    if known.url or known.doi:
        node.add(DCAT.landingPage, _document(graph, known.url or f"https://doi.org/{known.doi}"))
    for number, who in enumerate(known.creators, start=1):
        node.add(DCT.creator, common.agent(graph, item, who, f"{_tail(name)}-creator-{number}"))
    if known.publisher:
        node.add(DCT.publisher, common.agent(graph, item, known.publisher, f"{_tail(name)}-publisher"))
    _distributions(graph, node, item, known)
    return node


def _distributions(graph: Graph, node: Node, item: Item, known: Dataset) -> None:
    for number, file in enumerate(known.files, start=1):
        address = file.url or known.url or str(item.page)
        made = graph.node(f"{node.id}-file-{number}", DCAT.Distribution).add(DCT.title, file.path)
        made.add(DCAT.accessURL, graph.node(address, DCAT.Resource))
        if file.url:
            made.add(DCAT.downloadURL, graph.node(file.url, DCAT.Resource))
        if file.size_bytes is not None:
            made.add(DCAT.byteSize, Literal(str(file.size_bytes), XSD.nonNegativeInteger))
        if file.format and media_type(file.format):
            made.add(DCAT.mediaType, graph.node(MEDIA_TYPES + file.format, DCT.MediaType))
        if known.license:
            licence = common.licence(graph, item, Licence.of(known.license), f"{_tail(node.id)}-licence")
            made.add(DCT.license, licence)
        _one_checksum(graph, made, file)
        _quality(graph, item, made, file)
        node.add(DCAT.distribution, made)


def _one_checksum(graph: Graph, owner: Node, file: File) -> None:
    """The shapes allow a distribution one checksum: the strongest."""
    best = file.model_copy(update={"md5": None}) if file.sha256 else file
    common.checksums(graph, owner, best)


def _quality(graph: Graph, item: Item, owner: Node, file: File) -> None:
    """The one thing that is known of every file's quality: whether its content can be verified."""
    name = _local(item, "quality", "checksum")
    kind = graph.node(name, IT6.DataQuality).add(DCT.title, "Checksum recorded").add(DCT.identifier, name)
    measured = graph.node(f"{owner.id}-quality", DQV.QualityMeasurement)
    owner.add(DQV.hasQualityMeasurement, measured)
    measured.add(DCT.type, kind).add(DQV.value, bool(file.sha256 or file.md5))


def _collected(known: Dataset) -> str:
    first, last = known.collected_from, known.collected_until
    if first or last:
        return f"{first or '..'}/{last or '..'}"  # ISO 8601-2: an end that is not known
    return str(known.published) if known.published else NOT_STATED


def _use(graph: Graph, model: Node, item: Item) -> None:
    known = item.metadata
    if known.use:
        model.add(IT6.intendedUse, *known.use.intended)
        model.add(IT6.howToUse, known.use.instructions)
    if known.limits:
        beyond = known.use.out_of_scope if known.use else ()
        model.add(IT6.limitations, _lines((*known.limits.known, *beyond)))
        model.add(IT6.bias, _lines(known.limits.biases))
        for number, text in enumerate(known.limits.risks, start=1):
            risk = graph.node(item.part(f"risk-{number}"), IT6.HarmRisk)
            model.add(IT6.hasRisk, risk.add(DCT.title, text[:80]).add(DCT.description, text))
    model.add(
        IT6.evaluationResults, _lines([_result(item, number) for number in range(len(known.evaluations))])
    )
    procedures = [each.procedure for each in known.evaluations if each.procedure]
    model.add(IT6.evaluationStrategies, _lines(procedures))
    if known.impact:
        model.add(IT6.hasTrainingImpact, _impact(graph, item, known.impact))


def _result(item: Item, number: int) -> str:
    each = item.metadata.evaluations[number]
    said = ", ".join(f"{one.name} {one.value:g}{' ' + one.unit if one.unit else ''}" for one in each.metrics)
    return f"{said} on {each.dataset}" if each.dataset else said


def _impact(graph: Graph, item: Item, known: Impact) -> Node:
    node = graph.node(item.part("training-impact"), IT6.EnvironmentalImpact)
    if known.emissions_kgCO2e is not None:
        node.add(IT6.carbonEmitted, f"{known.emissions_kgCO2e:g} kg CO2e")
    if known.energy_kWh is not None:
        node.add(IT6.powerConsumption, f"{known.energy_kWh:g} kWh")
    return node.add(IT6.measurementMethodology, known.method)


def _origin(graph: Graph, model: Node, item: Item) -> None:
    known = item.metadata
    if item.edition:
        model.add(PROV.generatedAtTime, item.edition.published)
    for number, each in enumerate(_references(item), start=1):
        model.add(IT6.hasBibliographicReference, _reference(graph, item, each, number))
    # `it6:fineTunedFrom` demands a whole description of the other model, which is not ours to make.
    bases = known.model.base_models if known.model else ()
    addresses = [each.url or (f"https://doi.org/{each.doi}" if each.doi else None) for each in bases]
    for address in (
        *addresses,
        known.links.base_model,
        *(known.provenance.derived_from if known.provenance else ()),
    ):
        if address:
            model.add(PROV.wasDerivedFrom, Iri(address))


def _references(item: Item) -> Sequence[Reference]:
    citation = item.metadata.links.citation
    if item.metadata.references or not citation:
        return item.metadata.references
    return (Reference(title=f"Publication on {item.metadata.title}", url=citation),)


def _reference(graph: Graph, item: Item, known: Reference, number: int) -> Node:
    address = f"https://doi.org/{known.doi}" if known.doi else known.url
    node = graph.node(item.part(f"reference-{number}"), BIRO.BibliographicReference)
    said = known.text or " ".join(each for each in (f"{known.title}.", address) if each)
    node.add(DCT.bibliographicCitation, said).add(DCT.format, "text/plain")
    if address and known.published:
        paper = (
            graph.node(item.part(f"paper-{number}"), PAPER.paper)
            .add(DCT.title, known.title)
            .add(DCT.date, known.published)
        )
        node.add(DCT.references, paper.add(IT6.hasDocument, _document(graph, address)))
    return node


def _document(graph: Graph, address: str | None) -> Node | None:
    return graph.node(address, FOAF.Document) if address else None


def _lines(texts: Sequence[str]) -> str | None:
    return "\n".join(texts) or None


def _tail(name: str) -> str:
    return name.partition("#")[2]
