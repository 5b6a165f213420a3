"""Gives the site the script that draws its diagrams, so that no page fetches it from elsewhere.

npm brings it at build time, by the lock beside this file, into `build/diagrams`; only pages with a
diagram load it. Material would otherwise fetch Mermaid from a content delivery network.
"""

import hashlib
import logging
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from fairhaven.ui.assets import AssetsUnavailable, npm

log = logging.getLogger("mkdocs.hooks.diagrams")

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / "build" / "diagrams"
SCRIPT = "@mermaid-js/tiny/dist/mermaid.tiny.js"
ADDRESS = "assets/javascripts/mermaid.js"
NPM_SECONDS = 120


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the script to the site."""
    try:
        script = _script()
    except AssetsUnavailable as problem:
        log.warning("the diagrams cannot be drawn: %s", problem)
    else:
        files.append(File.generated(config, ADDRESS, abs_src_path=str(script)))
    return files


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    """Load the script on pages with a diagram, before Material looks for it."""
    if 'class="mermaid"' not in output:
        return output
    tag = f'<script src="{get_relative_url(ADDRESS, page.url)}"></script>'
    return output.replace("</head>", f"{tag}</head>", 1)


def _script() -> Path:
    lock = (HERE / "package-lock.json").read_bytes()
    kept = KEPT / f"mermaid-{hashlib.sha256(lock).hexdigest()[:16]}.js"
    if not kept.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fairhaven-docs-") as folder:
            _install(Path(folder))
            shutil.copy(Path(folder) / "node_modules" / SCRIPT, kept)
    return kept


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    settings: dict[str, Any] = {"cwd": folder, "capture_output": True, "text": True, "timeout": NPM_SECONDS}
    try:
        # The command is a list of our own making, with no word from outside.
        done = subprocess.run(command, check=False, **settings)
    except subprocess.TimeoutExpired:
        raise AssetsUnavailable(f"npm did not finish in {NPM_SECONDS} s") from None
    if done.returncode:
        raise AssetsUnavailable(f"npm ci failed:\n{done.stderr.strip()}")
