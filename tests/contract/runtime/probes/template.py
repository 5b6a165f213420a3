"""A module as the upstream template writes it: UploadedFile from the serving package, `missing=`, `warm`."""

from pathlib import Path

from deepaas.model.v2.wrapper import UploadedFile
from webargs import fields

READY = []


def get_metadata():
    return {"name": "template", "author-email": "ada@example.org", "license": "Apache-2.0"}


def warm():
    READY.append("warm")


def get_predict_args():
    return {
        "input_file": fields.Field(
            required=True, metadata={"type": "file", "location": "form", "description": "Input file"}
        )
    }


def predict(input_file, **options):
    assert isinstance(input_file, UploadedFile)
    return {"bytes": len(Path(input_file.filename).read_bytes()), "warm": READY}
