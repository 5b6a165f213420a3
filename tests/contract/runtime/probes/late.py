"""A module that cannot be imported until there is a file `now` in the server's work folder."""

import tempfile
from pathlib import Path

if not (Path(tempfile.gettempdir()).parents[1] / "now").exists():
    raise RuntimeError("not yet")


def predict():
    return "at last"
