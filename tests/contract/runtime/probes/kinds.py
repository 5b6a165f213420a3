"""A module that takes every kind of argument that a form can be drawn for, and answers what it was given."""

from marshmallow import Schema
from webargs import fields, validate

POINT = {"x": fields.Float(required=True), "y": fields.Float(missing=0.0), "name": fields.Str()}


class Row(Schema):
    label = fields.Str(required=True)
    share = fields.Float()


def get_metadata():
    return {"name": "kinds", "description": "Takes everything.", "url": "javascript:alert(1)"}


def get_predict_args():
    return {
        "text": fields.Str(missing="some text", description="Any words."),
        "hint": fields.Str(metadata={"title": "A title", "example": "such a thing", "x_advanced": True}),
        "word": fields.Str(required=True, validate=validate.Length(min=2, max=9)),
        "essay": fields.Str(validate=validate.Length(max=5000)),
        "code": fields.Str(missing="AB-1", validate=validate.Regexp(r"[A-Z]+-\d+")),
        "day": fields.Date(),
        "moment": fields.DateTime(),
        "count": fields.Int(missing=3, validate=validate.Range(min=1, max=10)),
        "seed": fields.Int(missing=None, allow_none=True),
        "limit": fields.Int(missing=5, allow_none=True),
        "ratio": fields.Float(missing=0.5, validate=validate.Range(min=0, max=1, min_inclusive=False)),
        "on": fields.Bool(missing=True),
        "off": fields.Bool(missing=False),
        "maybe": fields.Bool(),
        "pick": fields.Str(missing="b", validate=validate.OneOf(["a", "b"]), x_labels={"a": "The first"}),
        "level": fields.Int(missing=2, validate=validate.OneOf([1, 2, 3])),
        "fixed": fields.Str(validate=validate.Equal("always")),
        "names": fields.List(fields.Str(), missing=["Ada", "Grace"]),
        "numbers": fields.List(fields.Float()),
        "sides": fields.List(fields.Str(validate=validate.OneOf(["left", "right"])), missing=["left"]),
        "joined": fields.DelimitedList(fields.Int(), missing=[1, 2]),
        "pair": fields.Tuple((fields.Int(), fields.Str())),
        "options": fields.Dict(missing={"a": [1]}),
        "point": fields.Nested(POINT),
        "origin": fields.Nested(POINT, required=True),
        "rows": fields.Nested(Row, many=True),
        "anything": fields.Raw(missing=0.5),
        "asked": fields.Str(location="query"),
        "data": fields.Field(type="file", location="form", description="Any file."),
        "images": fields.List(
            fields.Field(metadata={"type": "file", "content_type": "image/png"}), location="form"
        ),
    }


def predict(**given):
    return {key: told(value) for key, value in given.items()}


def told(value):
    if isinstance(value, list):
        return [told(one) for one in value]
    return value.original_filename if hasattr(value, "original_filename") else value
