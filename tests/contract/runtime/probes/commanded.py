"""A module that is called from the command line: every function is there, every argument has a default."""

import io
from pathlib import Path

from webargs import fields, validate

KINDS = ["application/json", "text/csv", "image/png"]
READY = []


def get_metadata():
    return {"name": "commanded", "author": "Ada Ω", "version": "1.0", "datasets": ["a", "b"], "size": None}


def warm():
    READY.append("warm")


def get_predict_args():
    return {
        "mode": fields.Str(missing="echo", description="what to do, 100 % of it"),
        "count": fields.Int(missing=3, validate=validate.Range(min=1, max=10), description="how many"),
        "ratio": fields.Float(load_default=0.5, metadata={"description": "a share"}),
        "flag": fields.Bool(missing=False),
        "kind": fields.Str(missing="a", enum=["a", "b"], description="documented choice"),
        "numbers": fields.List(fields.Float(), missing=[0.5]),
        "options": fields.Dict(missing={}),
        "day": fields.Date(missing=None, allow_none=True),
        "data": fields.Field(missing=None, type="file", location="form", description="any file"),
        "accept": fields.Str(missing=KINDS[0], validate=validate.OneOf(KINDS)),
    }


def predict(**kwargs):
    return ACTIONS[kwargs["mode"]](kwargs)


def get_train_args():
    return {
        "epochs": fields.Int(missing=2, description="rounds"),
        "mode": fields.Str(missing="quick"),
        "labels": fields.Field(missing=None, type="file", location="form"),
    }


def train(epochs, mode, labels):
    if mode == "fail":
        raise ValueError("no data to learn from")
    return {"epochs": epochs, "bytes": len(Path(labels.filename).read_bytes()) if labels else 0}


def predict_data(args):
    """What `deepaas-predict` of stock calls, and modules seldom have."""
    return predict(mode="echo", data=args["files"][0])


def predict_url(args):
    """The like, for addresses."""
    return predict(mode="echo", url=args["urls"][0])


def echo(kwargs):
    return {key: told(value) for key, value in kwargs.items()}


def told(value):
    if hasattr(value, "original_filename"):
        return {"type": value.content_type, "text": Path(value.filename).read_text()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def printed(kwargs):
    print("a line of the module's own")
    return kwargs["count"]


def failed(kwargs):
    raise RuntimeError("the weights do not fit the input")


ACTIONS = {
    "echo": echo,
    "print": printed,
    "raise": failed,
    "text": lambda kwargs: "hello",
    "none": lambda kwargs: None,
    "list": lambda kwargs: [1, 2.5, "three", True, None],
    "wrapped": lambda kwargs: {"status": "OK", "predictions": [1]},
    "picture": lambda kwargs: io.BytesIO(b"\x89PNG" * kwargs["count"]),
    "bytes": lambda kwargs: b"\x89PNG",
    "csv": lambda kwargs: "a,b\n1,2\n",
    "ready": lambda kwargs: READY,
    "pieces": lambda kwargs: (n for n in range(3)),
}
