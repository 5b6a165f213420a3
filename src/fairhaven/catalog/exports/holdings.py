"""What a release holds, as far as it is public: files that can be had, and facts of its repository."""

import mimetypes
import re
from collections.abc import Sequence

from fairhaven.core.schemas import Reading

# What a browser would run or draw as a page of ours: given as plain text.
_ACTIVE = re.compile(r"html|script|svg|xml|css|x-shockwave|wasm|mhtml|pdf")
_TYPES = {
    ".md": "text/markdown",
    ".onnx": "application/onnx",
    ".safetensors": "application/vnd.safetensors",
    ".toml": "application/toml",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".parquet": "application/vnd.apache.parquet",
    ".h5": "application/x-hdf5",
    ".nc": "application/x-netcdf",
    ".npy": "application/x-numpy",
    ".jsonl": "application/x-ndjson",
}
_TEXTS = ("license", "licence", "copying", "notice", "authors", "readme")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")


class Offered(Reading):
    """A file of the release that can be had from the platform."""

    path: str
    size: int
    sha256: str
    type: str


class Holdings(Reading):
    """What the bundle of a release holds.

    `files` are those that its metadata describes without an address; `named` others that say something by
    being there (README, licences, tests); the rest is what its pyproject.toml says.
    """

    files: Sequence[Offered] = ()
    named: Sequence[str] = ()
    requirements: Sequence[str] = ()
    status: str = ""
    license_files: Sequence[str] = ()

    def offered(self, path: str) -> Offered | None:
        """The file of that path, if it can be had."""
        return next((each for each in self.files if each.path == path), None)


NOTHING = Holdings()


def media_type(path: str, told: str | None) -> str:
    """What a file is served as: as its author says, else by its name; never what a browser would run."""
    name = path.rpartition("/")[2].lower()
    ending = name[name.rfind(".") :] if "." in name else ""
    guessed = _TYPES.get(ending) or mimetypes.guess_type(name)[0]
    if not guessed and name.startswith(_TEXTS):
        guessed = "text/plain"
    found = (told or "").strip().lower()
    found = found if _MEDIA_TYPE.fullmatch(found) else guessed or "application/octet-stream"
    return "text/plain" if _ACTIVE.search(found) else found
