"""The module as DEEPaaS sees it: what it is, what it takes, what it answers."""

from email.utils import parseaddr
from importlib.metadata import metadata
from typing import Any, Protocol

import pandas as pd
from webargs import fields, validate

from fairhaven_penguins import model, table


class UploadedFile(Protocol):
    """What the server hands over for a file argument (a named tuple with more in it)."""

    @property
    def filename(self) -> str:
        """Path of the temporary copy."""


def get_metadata() -> dict[str, Any]:
    """Say who made the module and which version answers."""
    about = metadata("fairhaven-penguins")
    author, address = parseaddr(about["Author-email"])
    return {
        "name": "penguins",
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
    """The measures of one penguin, or a table of many."""
    measures = {name: _number(measure) for name, measure in table.MEASURES.items()}
    choices = {name: _choice(name, values) for name, values in table.CHOICES.items()}
    columns = ", ".join(table.FEATURES)
    file = fields.Field(
        load_default=None,
        metadata={
            "type": "file",
            "location": "form",
            "description": f"CSV of many penguins, instead of the values above; columns: {columns}.",
        },
    )
    return {**measures, **choices, "penguins": file}


def predict(penguins: UploadedFile | None = None, **values: Any) -> dict[str, Any] | list[dict[str, Any]]:
    """Return species, probabilities and reasons for one penguin, or a list of rows for a CSV file."""
    if penguins:
        return _many(table.read_csv(penguins.filename))
    return _one(table.check(pd.DataFrame([values])))


def get_train_args() -> dict[str, fields.Field]:
    """How freely to fit, how much to hold back, and how to repeat it."""
    return {
        "C": fields.Float(
            load_default=1.0,
            validate=validate.Range(min=0.001, max=1000),
            metadata={"description": "How freely the model may follow the data; smaller is smoother."},
        ),
        "test_size": fields.Float(
            load_default=0.25,
            validate=validate.Range(min=0.1, max=0.5),
            metadata={"description": "Fraction of the penguins kept to measure the accuracy."},
        ),
        "seed": fields.Int(
            load_default=0,
            validate=validate.Range(min=0, max=2**31 - 1),
            metadata={"description": "Number that makes the random split repeatable."},
        ),
    }


def train(C: float = 1.0, test_size: float = 0.25, seed: int = 0) -> dict[str, Any]:
    """Train anew, save the model, return accuracy, confusion matrix and seconds."""
    return model.train(C=C, test_size=test_size, seed=seed)


def _number(measure: table.Measure) -> fields.Field:
    return fields.Float(
        load_default=float(measure.example),
        validate=validate.Range(min=measure.low, max=measure.high),
        metadata={"description": f"{measure.text} in {measure.unit}."},
    )


def _choice(name: str, values: tuple[str, ...]) -> fields.Field:
    return fields.Str(
        load_default=table.UNKNOWN,
        validate=validate.OneOf(list(values)),
        metadata={"description": f"The penguin's {name}, if known."},
    )


def _one(penguin: pd.DataFrame) -> dict[str, Any]:
    chances = zip(model.species(), model.probabilities(penguin)[0].tolist(), strict=True)
    best = sorted(chances, key=lambda pair: pair[1], reverse=True)
    return {
        "labels": [name for name, _ in best],
        "probabilities": [chance for _, chance in best],
        "explanation": model.explain(penguin),
    }


def _many(penguins: pd.DataFrame) -> list[dict[str, Any]]:
    chances = pd.DataFrame(model.probabilities(penguins), columns=model.species())
    answers = zip(chances.idxmax(axis=1), chances.max(axis=1), chances.to_dict("records"), strict=True)
    return [
        {"row": number, "species": name, "probability": float(best), **each}
        for number, (name, best, each) in enumerate(answers, start=1)
    ]
