"""A module that takes files and tells their names, types, sizes and sums."""

import hashlib
from pathlib import Path

from deepaas.model.v2.wrapper import UploadedFile
from webargs import fields


def get_predict_args():
    return {
        "image": fields.Field(required=True, type="file", location="form", description="image"),
        "mask": fields.Field(missing=None, type="file", location="form", description="image mask"),
        "notes": fields.Raw(metadata={"type": "file", "location": "form"}),
        "anywhere": fields.Field(),
        "label": fields.Str(missing="none"),
        "tags": fields.List(fields.Str()),
        "count": fields.Int(location="form"),
    }


def predict(**kwargs):
    return {key: told(value) for key, value in kwargs.items()}


def told(value):
    if not isinstance(value, UploadedFile):
        return value
    content = Path(value.filename).read_bytes()
    return {
        "name": value.name,
        "content_type": value.content_type,
        "original_filename": value.original_filename,
        "fields": list(value._fields),
        "absolute": Path(value.filename).is_absolute(),
        "bytes": len(content),
        "sum": hashlib.sha256(content).hexdigest()[:12],
    }
