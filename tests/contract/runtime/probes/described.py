"""A module that describes its answer by a dict of fields, as the demo application does."""

from webargs import fields


def get_predict_args():
    return {"wrong": fields.Str(missing=""), "probability": fields.Raw(missing=0.25)}


def predict(wrong, probability):
    answer = {"text": "some", "labels": ["a", "b"], "probabilities": [0.75, probability], "dict": {"a": 1}}
    if wrong == "unknown":
        answer["unknown"] = 1
    return wrong if wrong == "text" else answer


schema = {
    "text": fields.Str(required=True),
    "labels": fields.List(fields.Str()),
    "probabilities": fields.List(fields.Float()),
    "dict": fields.Dict(),
    "image": fields.Str(description="image"),
    "best": fields.Nested({"label": fields.Str(), "score": fields.Float()}),
}
