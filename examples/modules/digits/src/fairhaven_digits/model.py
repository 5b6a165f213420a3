"""A support vector machine with calibrated probabilities, trained on the 1797 digits in scikit-learn."""

import time
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

from fairhaven_digits import picture, store
from fairhaven_digits.picture import Pixels

Ranking = list[tuple[str, float]]


def rank(digit: Pixels) -> Ranking:
    """Return the ten digits with their probabilities, the likeliest first, for an 8x8 grid of ink."""
    classifier = ready()
    chances = classifier.predict_proba(digit.reshape(1, -1))[0]
    order = np.argsort(chances)[::-1]
    return [(str(classifier.classes_[i]), float(chances[i])) for i in order]


def ready() -> Any:
    """Return the trained classifier; the first process to ask trains it, in less than a second."""
    classifier = store.load()
    if classifier is None:
        train()
        classifier = store.load()
    return classifier


def train(C: float = 10.0, test_size: float = 0.2, seed: int = 0) -> dict[str, Any]:
    """Train, save the model, and return its score on digits that it has not seen.

    Args:
        C: how strongly a wrong training digit is punished.
        test_size: fraction of the digits kept for the score.
        seed: makes the split repeatable.
    """
    began = time.perf_counter()
    seen, unseen, truth_seen, truth_unseen = split(test_size, seed)
    classifier = CalibratedClassifierCV(SVC(C=C), ensemble=False).fit(seen, truth_seen)
    guesses = classifier.predict(unseen)
    store.save(classifier)
    return {
        "accuracy": float(accuracy_score(truth_unseen, guesses)),
        "labels": [str(label) for label in classifier.classes_],
        "confusion_matrix": confusion_matrix(truth_unseen, guesses).tolist(),
        "training_images": len(seen),
        "test_images": len(unseen),
        "seconds": round(time.perf_counter() - began, 3),
    }


def split(test_size: float, seed: int) -> Any:
    """Return training grids, test grids (n, 64), training labels, test labels (n,)."""
    grids, truth = _data()
    return train_test_split(grids, truth, test_size=test_size, random_state=seed, stratify=truth)


@cache
def _data() -> tuple[Pixels, NDArray[np.int64]]:
    """Return all grids (1797, 64), prepared exactly as a picture is, and what they show (1797,)."""
    digits = load_digits()
    enlarged = (np.kron(image / 16, np.ones((4, 4))) for image in digits.images)
    return np.stack([picture.grid(image).ravel() for image in enlarged]), digits.target
