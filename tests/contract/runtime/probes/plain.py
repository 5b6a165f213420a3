"""A module without a library of fields: its functions' signatures say all."""

import enum
from pathlib import Path
from typing import Annotated, Literal


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


def predict(
    image: Annotated[Path, "a picture"],
    count: int,
    share: float = 0.5,
    loud: bool = False,
    names: list[str] = (),
    size: Size = Size.SMALL,
    kind: Literal["a", "b"] = "a",
    note: str | None = None,
    options: dict | None = None,
    raw: bytes = b"",
):
    return {
        "image": image.stat().st_size,
        "count": count,
        "share": share,
        "loud": loud,
        "names": list(names),
        "size": size.name,
        "kind": kind,
        "note": note,
        "options": options,
        "raw": len(raw),
    }


def train(epochs: int = 1):
    return {"epochs": epochs}
