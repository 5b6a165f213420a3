"""Guessing what was meant: words, versions and sizes."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_OTHER_NAMES = {
    "sklearn": "Scikit-learn",
    "tf": "TensorFlow",
    "torch": "PyTorch",
    "lgbm": "LightGBM",
    "xgb": "XGBoost",
    "nlp": "Natural Language Processing",
    "cv": "Computer Vision",
    "objectdetection": "Computer Vision",
    "imageclassification": "Classification",
    "imagesegmentation": "Computer Vision",
    "forecasting": "Time Series",
    "pretrained": "AI4 pre trained",
    "pictures": "Image",
    "picture": "Image",
    "sound": "Audio",
    "speech": "Audio",
    "table": "Tabular",
    "csv": "Tabular",
}
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_MEGABYTES = {"": 1.0, "k": 1e-3, "m": 1.0, "g": 1e3, "t": 1e6}
_BINARY = {"": 1.0, "k": 1024 / 1e6, "m": 1.048576, "g": 1073.741824, "t": 1099511.627776}


def nearest_word(word: str, allowed: Iterable[str]) -> str:
    """The allowed word that was meant: same letters, another name, or close in spelling; else empty."""
    choices = {_letters(choice): choice for choice in allowed}
    key = _letters(word[:200])
    if key in choices:
        return choices[key]
    if _OTHER_NAMES.get(key) in choices.values():
        return _OTHER_NAMES[key]
    close = get_close_matches(key, choices, n=1, cutoff=0.7)
    return choices[close[0]] if close else ""


def nearest_version(written: str, known: Sequence[str]) -> str:
    """The known version closest to what is written; the newest when it holds no number at all."""
    numbers = [int(number[:6]) for number in re.findall(r"[0-9]+", written[:40])][:3]
    if not numbers:
        return known[-1]
    wanted = _weight([*numbers, 0, 0][:3])
    return min(known, key=lambda version: abs(_weight([int(part) for part in version.split(".")]) - wanted))


def megabytes(text: str) -> int | None:
    """`16GB` as 16000, `512MiB` as 537; a bare number is taken as MB; None when it is no size."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    units = _BINARY if found[3] else _MEGABYTES
    return round(float(found[1]) * units[found[2].lower()])


def did_you_mean(word: str) -> str:
    """The sentence for a guess, empty for no guess."""
    return f"Did you mean '{word}'?" if word else ""


def _letters(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())


def _weight(numbers: Sequence[int]) -> int:
    major, minor, patch = numbers
    return major * 10_000 + minor * 100 + patch
