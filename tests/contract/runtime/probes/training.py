"""A module whose trainings last as long as a test wants."""

import json
import threading
from pathlib import Path

from webargs import fields, validate


def get_train_args():
    return {
        "epochs": fields.Int(missing=2, validate=validate.Range(min=1), description="rounds"),
        "rates": fields.List(fields.Float(), missing=[0.1, 0.01]),
        "way": fields.Str(missing="quick"),
        "options": fields.Dict(missing={"b": 1, "a": None}),
        "data": fields.Field(missing=None, type="file", location="form", description="a table"),
    }


def predict():
    return "predicted"


def train(way, data=None, **kwargs):
    if way == "wait":
        threading.Event().wait()
    if way == "fail":
        raise ValueError("no data to learn from")
    if way == "absent":
        raise NotImplementedError("no training yet")
    if way == "unserialisable":
        return {1, 2}
    return {"way": way, "rows": rows(data), "arguments": json.dumps(kwargs)}


def rows(data):
    return len(Path(data.filename).read_text().splitlines()) if data else None
