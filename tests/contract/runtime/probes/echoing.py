"""A module that answers what it was given: values as they came, a file as what is in it."""

from pathlib import Path

from webargs import fields, validate

KINDS = ["application/json", "image/png", "text/csv"]


def get_metadata():
    return {"name": "echoing", "version": "2.1"}


def get_predict_args():
    return {
        "anything": fields.Raw(),
        "count": fields.Int(),
        "share": fields.Float(),
        "flag": fields.Bool(),
        "text": fields.Str(),
        "texts": fields.List(fields.Str()),
        "rows": fields.List(fields.List(fields.Float())),
        "options": fields.Dict(),
        "records": fields.List(fields.Nested({"deep": fields.Int(required=True)})),
        "asked": fields.Str(location="query"),
        "image": fields.Field(metadata={"type": "file", "location": "form"}),
        "accept": fields.Str(missing="application/json", validate=validate.OneOf(KINDS)),
    }


def predict(accept, **given):
    if accept == "text/csv":
        return "1,2\n"
    if accept == "image/png":
        return b"\x89PNG\xff\x00"
    if "image" in given:
        upload = given["image"]
        content = Path(upload.filename).read_bytes()
        given["image"] = [upload.content_type, upload.original_filename, content[:8].hex(), str(len(content))]
    return given.pop("anything") if list(given) == ["anything"] else given
