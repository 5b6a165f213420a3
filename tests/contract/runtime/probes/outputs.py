"""A module that answers in several formats: open files, bytes, text, JSON."""

import io
import tempfile
from pathlib import Path

from webargs import fields, validate

FORMATS = ["application/json", "text/csv", "image/png", "application/zip"]


def get_predict_args():
    return {
        "way": fields.Str(missing="file"),
        "name": fields.Str(missing="answer.bin"),
        "size": fields.Int(missing=4),
        "accept": fields.Str(
            description="Media type of the answer", missing="image/png", validate=validate.OneOf(FORMATS)
        ),
    }


def predict(way, name, size, accept):
    return WAYS[way](name, size, accept)


def as_file(name, size, accept):
    return as_path(name, size, accept).open("rb")


def as_path(name, size, accept):
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(b"\x89" * size)
    return path


def as_open_text(name, size, accept):
    path = Path(tempfile.mkdtemp()) / name
    path.write_text("é," * size)
    return path.open()


WAYS = {
    "file": as_file,
    "path": as_path,
    "opentext": as_open_text,
    "memory": lambda name, size, accept: io.BytesIO(b"\x89" * size),
    "bytes": lambda name, size, accept: b"\x89" * size,
    "bytearray": lambda name, size, accept: bytearray(b"\x89" * size),
    "text": lambda name, size, accept: "1,é\n" * size,
    "dict": lambda name, size, accept: {"accept": accept, "size": size},
    "none": lambda name, size, accept: None,
}
