"""The files of a new module as one zip, the same bytes for the same answers; or in a folder."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip knows


def zipped(name: str, files: Mapping[str, bytes]) -> bytes:
    """All files below a folder of the module's name."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{path}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return written.getvalue()


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files into a new or empty folder.

    Raises:
        FileExistsError: there is something in it already; nothing was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
