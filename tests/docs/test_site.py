"""The site is built without a warning, every link leads somewhere, and nothing is loaded from elsewhere."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADED = re.compile(
    r"<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)=[\"']?(?:https?:)?//[^\"'\s>]+"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("mkdocs") is None, reason="mkdocs is not installed: run `make docs` once"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built; its build fails at the first warning."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return target


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    foreign = {
        (page.name, found)
        for page in site.rglob("*.html")
        for found in LOADED.findall(page.read_text("utf-8"))
    }
    assert not foreign


def test_diagrams_are_drawn_by_a_script_of_the_sites_own(site: Path) -> None:
    page = (site / "explanation" / "architecture" / "index.html").read_text("utf-8")
    assert 'src="../../assets/javascripts/mermaid.js"' in page
    assert (site / "assets" / "javascripts" / "mermaid.js").stat().st_size > 100_000


def test_pages_without_diagrams_do_not_load_it(site: Path) -> None:
    assert "mermaid.js" not in (site / "reference" / "settings" / "index.html").read_text("utf-8")
