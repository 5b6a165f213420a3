"""A module that declares the shape of its answer."""

from marshmallow import Schema
from webargs import fields


class schema(Schema):  # noqa: N801
    label = fields.Str(required=True)
    score = fields.Float(required=True)


def get_predict_args():
    return {"label": fields.Str(required=True), "score": fields.Raw(missing=0.5)}


def predict(label, score):
    return {"label": label, "score": score}
