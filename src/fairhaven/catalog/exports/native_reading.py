"""From RDF back to the metadata: what `native` wrote, in any format. Imports rdflib, for its parsers."""

import json
from typing import Any, get_args

from pydantic import BaseModel
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from fairhaven.catalog.exports.vocabulary import OURS
from fairhaven.catalog.metadata import ModuleMetadata


def read(document: str, format: str) -> ModuleMetadata:
    """The metadata of the one module that the document describes.

    Args:
        format: as rdflib calls it: `turtle`, `json-ld` or `xml`.

    Raises:
        ValueError: the document describes no module, or not wholly.
    """
    graph = Graph().parse(data=document, format=format)
    subject = graph.value(predicate=RDF.type, object=URIRef(OURS.ModuleMetadata))
    if subject is None:
        raise ValueError("The document holds no fairhaven:ModuleMetadata.")
    return ModuleMetadata.model_validate(_fields(graph, subject, ModuleMetadata))


def _fields(graph: Graph, subject: Node, model: type[BaseModel]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        value = graph.value(subject, URIRef(OURS[name]))
        if value is not None:
            found[name] = _value(graph, value, field.annotation)
    return found


def _value(graph: Graph, value: Node, kind: Any) -> Any:
    inner = _model_in(kind)
    if isinstance(value, Literal):
        return json.loads(str(value)) if value.datatype == URIRef(RDF.JSON) else str(value)
    if value == RDF.nil or (value, RDF.first, None) in graph:
        return [_value(graph, each, kind) for each in Collection(graph, value)]
    if inner is None:
        raise ValueError(f"{value} is no value of a field.")
    return _fields(graph, value, inner)


def _model_in(kind: Any) -> type[BaseModel] | None:
    """The model inside `Model | None` or `tuple[Model, ...]`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for each in get_args(kind) if (found := _model_in(each))), None)
