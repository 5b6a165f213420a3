"""A module that answers in several formats, chosen by its `accept` argument."""

import tempfile
from pathlib import Path

from webargs import fields, validate


def get_predict_args():
    choices = ["application/json", "text/csv", "image/png"]
    return {
        "accept": fields.Str(missing="application/json", validate=validate.OneOf(choices)),
        "way": fields.Str(missing="file"),
        "size": fields.Int(missing=4),
    }


def predict(accept, way, size):
    if accept not in ("text/csv", "image/png"):
        return {"accept": accept}
    return {"file": as_file, "path": as_path, "bytes": bytes, "text": as_text, "dict": dict}[way](size)


def as_file(size):
    return as_path(size).open("rb")


def as_path(size):
    path = Path(tempfile.mkdtemp()) / "answer.bin"
    path.write_bytes(b"\x89" * size)
    return path


def as_text(size):
    return "1,2\n" * size
