"""What is known about a penguin, and how rows of it are read and checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

UNKNOWN = "unknown"
MAX_ROWS = 100_000


@dataclass(frozen=True)
class Measure:
    """A number with its limits (far beyond any adult penguin) and an example."""

    text: str
    unit: str
    low: float
    high: float
    example: float


MEASURES = {
    "bill_length_mm": Measure("Length of the bill", "mm", 20, 80, 46.5),
    "bill_depth_mm": Measure("Depth of the bill", "mm", 8, 30, 13.5),
    "flipper_length_mm": Measure("Length of the flipper", "mm", 130, 280, 210),
    "body_mass_g": Measure("Body mass", "g", 1500, 9000, 4550),
}
CHOICES = {
    "island": ("Biscoe", "Dream", "Torgersen", UNKNOWN),
    "sex": ("female", "male", UNKNOWN),
}
FEATURES = (*MEASURES, *CHOICES)


def read_csv(path: str | Path) -> pd.DataFrame:
    """Return the penguins of a CSV file, one row each, with the columns `FEATURES`; others are dropped.

    Empty cells stay empty (numbers) or become "unknown" (island, sex); these two columns may be left out.

    Raises:
        ValueError: not a CSV file, too few or many rows, a missing column, or a bad cell.
    """
    try:
        rows = pd.read_csv(path, nrows=MAX_ROWS + 1, skipinitialspace=True)
    except ValueError as error:  # also what pandas raises for bad syntax and bad encoding
        raise ValueError(f"the file is not a CSV table: send the columns {', '.join(FEATURES)}") from error
    if not 1 <= len(rows) <= MAX_ROWS:
        raise ValueError(f"the table is empty or too long: send 1 to {MAX_ROWS:,} rows of penguins")
    if not isinstance(rows.index, pd.RangeIndex):  # pandas takes surplus cells for row names
        raise ValueError("the rows have more cells than there are column names")
    return check(rows)


def check(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the columns `FEATURES` with numbers as float64 and choices as text.

    Raises:
        ValueError: a missing column or a bad cell, named by row (the first is 1) and column.
    """
    if missing := [name for name in MEASURES if name not in rows]:
        raise ValueError(f"the table has no column {', '.join(missing)}: it needs {', '.join(MEASURES)}")
    numbers = {name: _numbers(rows[name], measure) for name, measure in MEASURES.items()}
    choices = {name: _choices(rows, name, allowed) for name, allowed in CHOICES.items()}
    return pd.DataFrame({**numbers, **choices}, columns=list(FEATURES))


def _numbers(column: "pd.Series[Any]", measure: Measure) -> "pd.Series[float]":
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = column.notna() & ~numbers.between(measure.low, measure.high)
    _refuse(column[wrong], f"a number from {measure.low:g} to {measure.high:g} {measure.unit}")
    return numbers


def _choices(rows: pd.DataFrame, name: str, allowed: Iterable[str]) -> "pd.Series[str]":
    if name not in rows:
        return pd.Series(UNKNOWN, index=rows.index)
    texts = rows[name].astype("object").where(rows[name].notna(), UNKNOWN)
    _refuse(texts[~texts.isin(list(allowed))], f"one of {', '.join(allowed)}")
    return texts


def _refuse(wrong: "pd.Series[Any]", expected: str) -> None:
    if len(wrong):
        row = int(wrong.index[0]) + 1
        raise ValueError(f"row {row}, column {wrong.name}: '{wrong.iloc[0]}' is not {expected}")
