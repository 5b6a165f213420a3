"""The module as DEEPaaS sees it: what it is, what it takes, what it answers."""

from email.utils import parseaddr
from importlib.metadata import metadata
from typing import Any, Protocol

from webargs import fields, validate

from fairhaven_digits import model, picture


class UploadedFile(Protocol):
    """What the server hands over for a file argument (a named tuple with more in it)."""

    @property
    def filename(self) -> str:
        """Path of the temporary copy."""


def get_metadata() -> dict[str, Any]:
    """Say who made the module and which version answers."""
    about = metadata("fairhaven-digits")
    author, address = parseaddr(about["Author-email"])
    return {
        "name": "digits",
        "version": about["Version"],
        "description": about["Summary"],
        "author": author,
        "author-email": address,
        "license": about["License-Expression"],
        "url": about["Project-URL"].removeprefix("Source, "),
    }


def warm() -> None:
    """Have the model trained and in memory before the first question."""
    model.ready()


def get_predict_args() -> dict[str, fields.Field]:
    """One image; how many answers."""
    return {
        "image": fields.Field(
            required=True,
            metadata={
                "type": "file",
                "location": "form",
                "description": "PNG or JPEG of one handwritten digit, dark on light or light on dark.",
            },
        ),
        "top": fields.Int(
            load_default=10,
            validate=validate.Range(min=1, max=10),
            metadata={"description": "How many digits to list, the likeliest first."},
        ),
    }


def predict(image: UploadedFile, top: int = 10) -> dict[str, list[Any]]:
    """Return labels and probabilities, the likeliest digit first."""
    best = model.rank(picture.read(image.filename))[:top]
    return {"labels": [label for label, _ in best], "probabilities": [chance for _, chance in best]}


def get_train_args() -> dict[str, fields.Field]:
    """How hard to fit, how much to hold back, and how to repeat it."""
    return {
        "C": fields.Float(
            load_default=10.0,
            validate=validate.Range(min=0.001, max=1000),
            metadata={"description": "How strongly a wrong training digit is punished."},
        ),
        "test_size": fields.Float(
            load_default=0.2,
            validate=validate.Range(min=0.1, max=0.5),
            metadata={"description": "Fraction of the digits kept to measure the accuracy."},
        ),
        "seed": fields.Int(
            load_default=0,
            validate=validate.Range(min=0, max=2**31 - 1),
            metadata={"description": "Number that makes the random split repeatable."},
        ),
    }


def train(C: float = 10.0, test_size: float = 0.2, seed: int = 0) -> dict[str, Any]:
    """Train anew, save the model, return accuracy, confusion matrix and seconds."""
    return model.train(C=C, test_size=test_size, seed=seed)
