"""MLDCAT-AP in RDF/XML, as we and others tell it (https://semiceu.github.io/MLDCAT-AP/releases/3.1.0)."""

from fairhaven.catalog.drivers.oai.description import Description, Person
from fairhaven.catalog.drivers.oai.rdf import Graph
from fairhaven.catalog.drivers.oai.xml import Element
from fairhaven.catalog.ports import ListProblem

DCT, DCAT = "{http://purl.org/dc/terms/}", "{http://www.w3.org/ns/dcat#}"
IT6, FOAF = "{http://data.europa.eu/it6/}", "{http://xmlns.com/foaf/0.1/}"
SKOS, OWL = "{http://www.w3.org/2004/02/skos/core#}", "{http://www.w3.org/2002/07/owl#}"
_MODEL = "http://data.europa.eu/it6/MachineLearningModel"
_ORGANISATION = "http://xmlns.com/foaf/0.1/Organization"
_LANGUAGES = {
    "ENG": "en", "SPA": "es", "DEU": "de", "FRA": "fr", "ITA": "it", "POR": "pt", "NLD": "nl", "POL": "pl",
    "CES": "cs", "SLK": "sk", "TUR": "tr", "ZHO": "zh", "ELL": "el", "SWE": "sv", "CAT": "ca",
}  # fmt: skip


def read(root: Element) -> Description:
    """What an `rdf:RDF` element says of its first machine-learning model.

    Raises:
        ListProblem: it describes none.
    """
    graph = Graph(root)
    model = next(graph.of_type(_MODEL), None)
    if model is None:
        raise ListProblem("It describes no it6:MachineLearningModel.")

    def texts(*names: str) -> list[str]:
        return graph.texts(model, *names)

    identifiers = [*texts(f"{DCT}identifier", f"{OWL}sameAs"), model, *texts(f"{DCAT}landingPage")]
    return Description(
        title=graph.text(model, f"{DCT}title"),
        summary=graph.text(model, f"{IT6}shortDescription"),
        description=graph.text(model, f"{DCT}description"),
        creators=[_person(graph, each) for each in texts(f"{DCT}creator")],
        contributors=[_person(graph, each) for each in texts(f"{DCT}contributor")],
        words=texts(f"{DCAT}keyword"),
        rights=_rights(graph, model),
        identifiers=identifiers,
        sources=texts(f"{IT6}hasRepository"),
        documentation=next((page for page in texts(f"{FOAF}page") if page not in identifiers), ""),
        created=graph.text(model, f"{DCT}created"),
        updated=graph.text(model, f"{DCT}modified"),
        published=graph.text(model, f"{IT6}releaseDate", f"{DCT}issued"),
        languages=[_language(each) for each in texts(f"{DCT}language")],
        version=graph.text(model, f"{DCAT}version", f"{IT6}version"),
        tasks=graph.labels(model, f"{DCAT}theme", f"{SKOS}prefLabel"),
        libraries=graph.labels(model, f"{DCT}requires", f"{DCT}title"),
        categories=graph.labels(model, f"{DCT}type", f"{SKOS}prefLabel"),
        data_types=_data_types(graph, model),
    )


def _person(graph: Graph, node: str) -> Person:
    kinds = graph.texts(node, "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}type")
    name = graph.text(node, f"{FOAF}name") or ("" if node.startswith("_:") else node)
    orcid = node if "orcid.org/" in node else ""
    return Person(name, orcid=orcid, organisation=_ORGANISATION in kinds)


def _rights(graph: Graph, model: str) -> list[str]:
    nodes = graph.texts(model, f"{DCT}license")
    said = [text for node in nodes for text in graph.texts(node, f"{DCT}identifier", f"{DCT}title")]
    return [*said, *nodes]


def _language(node: str) -> str:
    last = node.rpartition("/")[2]
    return _LANGUAGES.get(last, last)


def _data_types(graph: Graph, model: str) -> list[str]:
    modalities = graph.texts(model, f"{IT6}hasInputModality")
    return [
        word for each in modalities for word in graph.labels(each, f"{IT6}classification", f"{SKOS}prefLabel")
    ]
