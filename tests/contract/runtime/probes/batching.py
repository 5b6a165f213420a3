"""A module that answers many calls at once, and tells how many came together."""

import os
from pathlib import Path

from webargs import fields


def get_predict_args():
    return {
        "name": fields.Str(required=True),
        "gate": fields.Str(),
        "data": fields.Field(required=False, type="file", location="form"),
    }


def predict(name, gate=None, data=None):
    if gate:
        Path(gate).read_text()
    return {"name": name, "together": 1}


def predict_batch(calls):
    for call in calls:
        if call["name"] == "exit":
            os._exit(3)
        if call["name"] == "spoil":
            raise ValueError("one of these spoils all")
    return [answer(call, len(calls)) for call in calls]


def answer(call, together):
    if call["name"] == "refuse":
        return ValueError("no answer for this one")
    size = Path(call["data"].filename).stat().st_size if call.get("data") else None
    return {"name": call["name"], "together": together, "size": size}
