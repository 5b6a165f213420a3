"""A module that declares every kind of argument and misbehaves on request."""

import ctypes
import os
import threading
from pathlib import Path

from marshmallow import Schema
from webargs import fields, validate


class Colour(fields.String):
    """A string field of the module's own, as the advanced template writes them."""

    def _deserialize(self, value, attr, data, **kwargs):
        return super()._deserialize(value, attr, data, **kwargs).lower()


class Scalar:
    """Stands where a numpy scalar stands: knows `tolist`, json does not know it."""

    def tolist(self):
        return 3.5


def get_metadata():
    return {"name": "everything", "author": "Ada", "version": "1.2.3", "datasets": ["a", "b"]}


def get_predict_args():
    return {
        "mode": fields.Str(missing="echo", description="what to do"),
        "count": fields.Int(missing=3, validate=validate.Range(min=1, max=10), description="how many"),
        "ratio": fields.Float(load_default=0.5, metadata={"description": "a share"}),
        "flag": fields.Bool(missing=False),
        "name": fields.Str(validate=validate.Length(min=2, max=5)),
        "kind": fields.Str(missing="a", enum=["a", "b"], description="documented choice"),
        "pick": fields.Str(missing="x", validate=validate.OneOf(["x", "y"])),
        "numbers": fields.List(fields.Float()),
        "options": fields.Dict(),
        "nested": fields.Nested({"deep": fields.Int(required=True)}),
        "colour": Colour(missing="Red"),
        "data": fields.Field(required=False, type="file", location="form", description="any file"),
        "image": fields.Raw(metadata={"type": "file", "location": "form", "content_type": "image/png"}),
        "path": fields.Str(),
    }


def get_train_args():
    class TrainArgs(Schema):
        epochs = fields.Int(missing=2, description="rounds")
        mode = fields.Str(missing="quick")
        path = fields.Str()
        data = fields.Field(required=False, type="file", location="form")

    return TrainArgs().fields


def predict(**kwargs):
    return ACTIONS.get(kwargs["mode"], echo)(kwargs)


def train(**kwargs):
    if kwargs["mode"] == "fail":
        raise ValueError("no data to learn from")
    if kwargs["mode"] == "wait":
        threading.Event().wait()
    upload = kwargs.get("data")
    return {"epochs": kwargs["epochs"], "bytes": Path(upload.filename).stat().st_size if upload else None}


def echo(kwargs):
    return {key: describe(value) for key, value in kwargs.items()}


def describe(value):
    if not hasattr(value, "original_filename"):
        return value
    size = Path(value.filename).stat().st_size
    return {"name": value.name, "type": value.content_type, "file": value.original_filename, "size": size}


def misconfigured(kwargs):
    raise RuntimeError("the weights do not fit the input")


def not_there(kwargs):
    raise NotImplementedError


def wait_for_ever(kwargs):
    threading.Event().wait()


def wait_for_file(kwargs):
    """Answer once somebody opens the named pipe: a prediction that lasts as long as a test wants."""
    return Path(kwargs["path"]).read_text()


def where_the_upload_is(kwargs):
    return kwargs["data"].filename


ACTIONS = {
    "raise": misconfigured,
    "absent": not_there,
    "exit": lambda kwargs: os._exit(3),
    "segfault": lambda kwargs: ctypes.string_at(0),
    "hang": wait_for_ever,
    "wait": wait_for_file,
    "scalar": lambda kwargs: {"value": Scalar()},
    "big": lambda kwargs: "x" * (kwargs["count"] * 1024 * 1024),
    "upload": where_the_upload_is,
    "pid": lambda kwargs: os.getpid(),
    "unserialisable": lambda kwargs: object(),
}
