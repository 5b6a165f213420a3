"""Logistic regression on 344 penguins: few enough parameters to say exactly why it decides as it does."""

import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from palmerpenguins import load_penguins
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from fairhaven_penguins import store, table

KNOWN = {
    name: [value for value in values if value != table.UNKNOWN] for name, values in table.CHOICES.items()
}
ANSWERS = [(name, value) for name, values in KNOWN.items() for value in values]
OWNERS = [*table.MEASURES, *(name for name, _ in ANSWERS)]  # the feature behind each column of numbers


def species() -> list[str]:
    """Return the names of the species, in the order of the columns of `probabilities`."""
    return [str(name) for name in ready().classes_]


def probabilities(penguins: pd.DataFrame) -> NDArray[np.float64]:
    """Return probabilities (penguins, species) for rows with the columns `table.FEATURES`."""
    return np.asarray(ready().predict_proba(penguins))


def explain(penguin: pd.DataFrame) -> dict[str, Any]:
    """Say what speaks for the likeliest species, and what against it.

    Contributions add up, with the baseline, to the log-odds of that species against the average species
    (geometric mean of the probabilities). A value of 0 means "as for the average penguin".

    Args:
        penguin: one row with the columns `table.FEATURES`.
    """
    classifier = ready()
    regression = classifier[-1]
    winner = int(np.argmax(classifier.predict_proba(penguin)[0]))
    weights = regression.coef_[winner] - regression.coef_.mean(axis=0)
    parts = pd.Series(weights * classifier[:-1].transform(penguin)[0]).groupby(OWNERS).sum()
    parts = parts.sort_values(key=abs, ascending=False)
    return {
        "species": str(classifier.classes_[winner]),
        "labels": [str(name) for name in parts.index],
        "contributions": [float(part) for part in parts],
        "baseline": float(regression.intercept_[winner] - regression.intercept_.mean()),
    }


def ready() -> Any:
    """Return the trained classifier; the first process to ask trains it, in less than a second."""
    classifier = store.load()
    if classifier is None:
        train()
        classifier = store.load()
    return classifier


def train(C: float = 1.0, test_size: float = 0.25, seed: int = 0) -> dict[str, Any]:
    """Train, save the model, and return its score on penguins that it has not seen.

    Args:
        C: how freely the model may follow the data; smaller is smoother.
        test_size: fraction of the penguins kept for the score.
        seed: makes the split repeatable.
    """
    began = time.perf_counter()
    seen, unseen, truth_seen, truth_unseen = split(test_size, seed)
    classifier = _classifier(C).fit(seen, truth_seen)
    guesses = classifier.predict(unseen)
    store.save(classifier)
    return {
        "accuracy": float(accuracy_score(truth_unseen, guesses)),
        "labels": [str(label) for label in classifier.classes_],
        "confusion_matrix": confusion_matrix(truth_unseen, guesses).tolist(),
        "training_penguins": len(seen),
        "test_penguins": len(unseen),
        "seconds": round(time.perf_counter() - began, 3),
    }


def split(test_size: float, seed: int) -> Any:
    """Return training rows, test rows (columns `table.FEATURES`), training species, test species."""
    penguins = load_penguins()
    truth = penguins["species"].to_numpy(dtype=object)
    return train_test_split(
        table.check(penguins), truth, test_size=test_size, random_state=seed, stratify=truth
    )


def _classifier(C: float) -> Any:
    # What is unknown becomes the mean, and the mean becomes 0: it speaks neither for nor against.
    regression = LogisticRegression(C=C, max_iter=1000)
    return make_pipeline(FunctionTransformer(_numbers), SimpleImputer(), StandardScaler(), regression)


def _numbers(penguins: pd.DataFrame) -> NDArray[np.float64]:
    """Return the measures, then 0 or 1 for each island and sex; NaN where the value is unknown."""
    answers = {(name, value): _is(penguins[name], value) for name, value in ANSWERS}
    numbers = pd.DataFrame({**penguins[list(table.MEASURES)], **answers})
    return np.asarray(numbers, dtype=np.float64)


def _is(column: "pd.Series[str]", value: str) -> "pd.Series[float]":
    return (column == value).astype("float64").where(column != table.UNKNOWN)
