"""The whole metadata as RDF, and back: every field has a name of ours, so that nothing is lost.

The other profiles say what their vocabularies can; this one is the metadata itself. It walks the model's
own fields: a tuple is an `rdf:List`, what a file says beyond the known fields is JSON in `fairhaven:extra`.
"""

import json
from typing import Any

from pydantic import BaseModel

from fairhaven.catalog.exports.graph import RDF, Graph, Iri, Literal, Node, Value
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.exports.vocabulary import OURS

PROFILE = Iri(OURS.base.rstrip("#"))


def graph(item: Item) -> Graph:
    """The metadata of the item, losing nothing."""
    made = Graph()
    _say(made.node(item.id, OURS.ModuleMetadata), item.metadata)
    return made


def _say(node: Node, model: BaseModel) -> None:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        # A part that holds nothing is told from one that is missing: its type is said.
        if not field.is_required() and (value == field.default or value == {}):
            continue
        if value == ():
            node.add(OURS[name], RDF.nil)
        elif isinstance(value, tuple):
            node.add_list(OURS[name], [_value(node, each) for each in value])
        else:
            node.add(OURS[name], _value(node, value))


def _value(node: Node, value: Any) -> Value:
    if isinstance(value, BaseModel):
        inner = node.graph.blank(OURS[type(value).__name__])
        _say(inner, value)
        return inner
    if isinstance(value, dict):
        return Literal(json.dumps(value, sort_keys=True), RDF.JSON)
    assert isinstance(value, str | int | float) or hasattr(value, "isoformat")
    return value  # type: ignore[no-any-return]
