"""A module whose functions fail, each in the way that it is asked to."""

import decimal
import math

from aiohttp import web
from webargs import fields


def get_metadata():
    raise RuntimeError("the metadata file is missing")


def get_predict_args():
    return {"way": fields.Str(required=True)}


def get_train_args():
    return {"way": fields.Str(required=True)}


def predict(way):
    return WAYS[way]()


def train(way):
    return WAYS[way]()


def throw(error):
    raise error


def caught():
    """Fail as the template's decorator does: the reason it gives is no text."""
    try:
        throw(ValueError("the image is upside down"))
    except ValueError as error:
        raise web.HTTPBadRequest(reason=error)  # noqa: B904


WAYS = {
    "value": lambda: throw(ValueError("the input has no column `mass`")),
    "empty": lambda: throw(RuntimeError()),
    "key": lambda: {}["absent"],
    "absent": lambda: throw(NotImplementedError("not yet")),
    "attribute": lambda: throw(AttributeError("no such attribute")),
    "bad-request": lambda: throw(web.HTTPBadRequest(reason="the image is upside down")),
    "caught": caught,
    "unserialisable": lambda: {"value": decimal.Decimal("0.1")},
    "object": lambda: object(),
    "nan": lambda: [math.nan, math.inf],
    "bytes": lambda: b"raw",
    "set": lambda: {1, 2},
    "keys": lambda: {1: "a", None: "b", False: "c"},
    "tuple": lambda: (1, "é", "\u2028"),
    "none": lambda: None,
    "nested": lambda: {"b": {"z": 1, "a": 2}, "a": []},
    "generator": lambda: (number for number in range(3)),
}
