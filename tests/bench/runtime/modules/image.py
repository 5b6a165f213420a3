"""A module that takes an image and reads it."""

from pathlib import Path

from webargs import fields


def get_predict_args():
    return {"image": fields.Field(required=True, type="file", location="form")}


def predict(image):
    return {"bytes": len(Path(image.filename).read_bytes())}
