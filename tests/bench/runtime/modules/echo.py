"""A module that does next to nothing, so that what is measured is the server around it."""

from webargs import fields


def get_predict_args():
    return {"values": fields.List(fields.Float(), required=True)}


def predict(values):
    return {"values": values}
