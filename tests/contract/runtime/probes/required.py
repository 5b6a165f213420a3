"""A module written the long way: a Schema, required arguments, metadata in a dict, answers by `accept`."""

import io
import json

import marshmallow
from webargs import fields, validate


class Setting(marshmallow.Schema):
    """What stands inside the argument `settings`."""

    rate = fields.Float(required=True, metadata={"description": "how fast"})
    names = fields.List(fields.Str(), load_default=["a"])


class PredictArgs(marshmallow.Schema):
    """What `predict` takes."""

    class Meta:
        ordered = True

    text = fields.String(required=True, metadata={"description": "What to say."})
    times = fields.Integer(required=False, load_default=1, validate=validate.Range(min=1))
    settings = fields.Nested(Setting, metadata={"description": "Two levels deep."})
    more = fields.List(fields.Nested(Setting))
    accept = fields.String(
        metadata={"description": "Return format.", "location": "headers"},
        required=True,
        validate=validate.OneOf(["application/json", "text/plain", "application/x-note+json"]),
    )


def get_metadata():
    return {"author": "Ada", "license": "MIT", "url": None, "models": {"b": 1, "a": [1, 2]}}


def get_predict_args():
    return PredictArgs().fields


def get_train_args():
    return {"text": fields.String(required=True, data_key="the-text")}


def predict(text, times, accept, **options):
    if accept == "text/plain":
        return text * times
    if accept == "application/x-note+json":
        return io.BytesIO(json.dumps({"note": text}).encode())
    return {"said": [text] * times, "accept": accept, **options}


def train(text):
    return text
