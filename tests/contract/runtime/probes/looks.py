"""A module whose answers are of every kind that a page can draw."""

import struct
import tempfile
import zlib
from pathlib import Path

from webargs import fields

SHARES = {"labels": ["cat", "dog", "owl"], "probabilities": [0.1, 0.7, 0.2]}
ROWS = [{"name": "a", "size": 1.5}, {"name": "<b>b</b>", "size": None}]


def get_metadata():
    return {"name": "looks", "version": "1.0", "description": "Answers in every way."}


def get_predict_args():
    return {
        "kind": fields.Str(missing="bars", description="What to answer."),
        "path": fields.Str(description="A named pipe to wait at."),
        "image": fields.Field(metadata={"type": "file", "location": "form", "content_type": "image/*"}),
    }


def get_train_args():
    return {"fail": fields.Bool(missing=False), "path": fields.Str()}


def predict(kind, path=None, image=None):
    answers = {
        "bars": lambda: SHARES,
        "table": lambda: ROWS,
        "tree": lambda: {"deep": {"list": [1, "two", None]}, "html": "<i>no</i>"},
        "image": lambda: picture("answer.png"),
        "bytes": lambda: b"\x00\x01",
        "wait": lambda: Path(path).read_text(),
        "words": lambda: words(path),
        "numbers": lambda: iter([{"n": 1}, {"n": 2}]),
    }
    return answers[kind]()


def train(fail, path=None):
    if fail:
        raise ValueError("no data to learn from")
    return {"accuracy": 0.5, "read": Path(path).read_text() if path else None}


def words(path):
    yield "one "
    yield "two "
    yield Path(path).read_text()


def picture(name):
    """A PNG of four by four blue points."""
    rows = (b"\x00" + b"\x20\x40\xa0" * 4) * 4
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    path = Path(tempfile.mkdtemp()) / name
    body = head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
