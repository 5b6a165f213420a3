"""The installation's own secrets, which settings name and do not hold: `environment:NAME`, `file:/a/path`."""

import os
from pathlib import Path

from fairhaven.core.errors import Unconfigured

SHAPE = r"^(environment|file):.+$"


def value_of(reference: str, *, what: str) -> str:
    """What is there now: it is looked up each time, for agents renew it.

    Args:
        what: names it in an error: "token".

    Raises:
        Unconfigured: there is nothing, or it cannot be read.
    """
    kind, _, where = reference.partition(":")
    try:
        found = os.environ.get(where, "") if kind == "environment" else Path(where).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Unconfigured(f"The {what} in {where} cannot be read: {type(error).__name__}.") from None
    if not found.strip():
        raise Unconfigured(f"There is no {what} in {where}.", fix="See the settings, where it is named.")
    return found.strip()
