"""A module that notes each call in a file outside the server, so that none can be made twice unseen."""

import os
from pathlib import Path

from webargs import fields


def get_predict_args():
    return {
        "token": fields.Str(required=True),
        "padding": fields.Int(missing=0),
        "data": fields.Field(required=False, type="file", location="form"),
    }


def predict(token, padding, data=None):
    with Path(os.environ["TALLY"]).open("a") as file:
        file.write(token + "\n")
    sent = Path(data.filename).read_text() if data else None
    return {"token": token, "sent": sent, "padding": "x" * padding}


def train():
    return "learnt"
