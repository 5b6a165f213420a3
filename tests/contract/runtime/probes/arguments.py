"""A module that takes one argument of every kind there is and tells what came of it."""

from enum import Enum

from webargs import fields, validate


class Season(Enum):
    """Choices by name."""

    spring = 1
    autumn = 2


class Upper(fields.String):
    """A field of the module's own that changes what it reads."""

    def _deserialize(self, value, attr, data, **kwargs):
        return super()._deserialize(value, attr, data, **kwargs).upper()


class Dataset(fields.String):
    """A field of the module's own that refuses what it does not know."""

    def _deserialize(self, value, attr, data, **kwargs):
        if value not in ("north", "south"):
            raise validate.ValidationError(f"Dataset `{value}` not found.")
        return "/data/" + value


def even(number):
    return number % 2 == 0


def get_metadata():
    return {"name": "arguments", "author": ["Ada", "Bob"], "description": None, "accuracy": 0.5}


def get_predict_args():
    return {
        "text": fields.Str(missing="some-string", description="free keyword"),
        "demo-str-choice": fields.Str(required=False, missing="choice2", enum=["choice1", "choice2"]),
        "int": fields.Int(missing=1, metadata={"description": "in metadata", "title": "Whole number"}),
        "strict": fields.Int(strict=True),
        "float": fields.Float(load_default=0.5),
        "decimal": fields.Decimal(as_string=True),
        "bool": fields.Bool(missing=True),
        "list": fields.List(fields.Float(), missing=[0.1, 0.2]),
        "words": fields.List(fields.Str(validate=validate.Length(min=2)), validate=validate.Length(max=3)),
        "delimited": fields.DelimitedList(fields.Int()),
        "pair": fields.Tuple((fields.Int(), fields.Str())),
        "dict": fields.Dict(),
        "typed_dict": fields.Dict(keys=fields.Str(), values=fields.Int()),
        "nested": fields.Nested({"deep": fields.Int(required=True), "more": fields.Str(missing="x")}),
        "many": fields.Nested({"deep": fields.Int(required=True)}, many=True),
        "enum": fields.Enum(Season),
        "one_of": fields.Str(validate=validate.OneOf(["x", "y"])),
        "only": fields.List(fields.Str(), validate=validate.ContainsOnly(["x", "y"])),
        "range": fields.Float(validate=validate.Range(min=0, max=1, min_inclusive=False)),
        "several": fields.Int(validate=[validate.Range(min=1, max=100), even]),
        "length": fields.Str(validate=validate.Length(min=2, max=5)),
        "exact": fields.Str(validate=validate.Length(equal=3)),
        "regexp": fields.Str(validate=validate.Regexp("[a-z]+$")),
        "equal": fields.Int(validate=validate.Equal(7)),
        "own_words": fields.Int(error_messages={"invalid": "A number, please."}),
        "upper": Upper(missing="Red"),
        "dataset": Dataset(),
        "date": fields.Date(),
        "datetime": fields.DateTime(),
        "time": fields.Time(),
        "delta": fields.TimeDelta(),
        "uuid": fields.UUID(),
        "url": fields.Url(),
        "email": fields.Email(),
        "ip": fields.IP(),
        "raw": fields.Raw(),
        "field": fields.Field(x_hint="anything", example=3),
        "none": fields.Int(missing=None),
        "nullable": fields.Str(allow_none=True),
        "renamed": fields.Int(data_key="other-name"),
        "callable": fields.List(fields.Int(), missing=lambda: [7]),
        "query_only": fields.Str(location="query"),
        "form_only": fields.Str(metadata={"location": "form"}),
        "json_only": fields.Str(location="json"),
        "hidden": fields.Str(dump_only=True),
        "secret": fields.Str(load_only=True),
        "token": fields.Str(data_key="X-Token", location="headers"),
        "session": fields.Int(metadata={"location": "cookies"}),
    }


def predict(**kwargs):
    return {key: [type(value).__name__, plain(value)] for key, value in kwargs.items()}


def plain(value):
    return value if isinstance(value, (bool, int, float, str, list, dict, type(None))) else str(value)
