"""The file LICENSE of a module that is made of an item elsewhere.

Where a licence asks that its text go along, and the text is short, it is written; else the file says which
licence it is and where its text stands.
"""

from collections.abc import Sequence
from importlib.resources import files

WRITTEN = ("BSD-2-Clause", "BSD-3-Clause", "MIT")


def text(licence: str, holders: Sequence[str], page: str) -> str:
    """The text for an SPDX expression, which may be empty: nobody said under which licence it is."""
    who = ", ".join(holders) or "its authors"
    if not licence:
        return f"Copyright {who}.\n\nNo licence is told at {page}. Ask its authors before you use it.\n"
    if licence in WRITTEN:
        words = (files("fairhaven.catalog.drivers.licences") / f"{licence}.txt").read_text(encoding="utf-8")
        return f"{licence}\n\nCopyright {who}\n\n{words}"
    addresses = "\n".join(
        f"https://spdx.org/licenses/{each}.html"
        for each in licence.replace("(", " ").replace(")", " ").split()
        if each not in ("AND", "OR", "WITH") and not each.startswith("LicenseRef-")
    )
    return (
        f"SPDX-License-Identifier: {licence}\n\nCopyright {who}\n\n{page} says so. The text:\n{addresses}\n"
    )
