"""Hostile addresses and names of sources, sent to the running application: refused, or made harmless."""

import re
import shutil
from pathlib import Path

import httpx
from tests.unit.core.test_hostile_addresses import HOSTILE

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
NAMES = (
    "-rf", "--upload-pack=x", "a b;rm -rf", "<img src=x onerror=alert(1)>", "${IFS}id", "`id`", "{{7*7}}",
    "'; DROP TABLE", "new", "events", "%2e%2e", "CON", "a" * 200, "..a", "\u0456\u0441", "a\\b", "x@1.0.0",
    "#", "?q=1",
)  # fmt: skip


async def test_no_hostile_address_becomes_a_module(api: httpx.AsyncClient) -> None:
    for text in HOSTILE:
        answer = await api.post("/api/v1/modules", json={"url": text, "allow_invalid": True})
        assert answer.status_code == 422, ascii(text)
        said = answer.json()
        assert said.get("fix") or said.get("errors"), ascii(text)
        page = await api.post("/catalog/new", data={"url": text}, headers={"Accept": "text/html"})
        assert page.status_code == 422, ascii(text)
    branch = {"url": "https://git.example.org/a/b", "branch": "--upload-pack=touch"}
    assert (await api.post("/api/v1/modules", json=branch)).status_code == 422
    assert (await api.get("/api/v1/modules")).json()["items"] == []


async def test_the_name_of_a_repository_is_harmless_wherever_it_stands(
    api: httpx.AsyncClient, tmp_path: Path
) -> None:
    names = set()
    for name in NAMES:
        folder = Path(shutil.copytree(EXAMPLES / "digits", tmp_path / name))
        made = await api.post("/api/v1/modules", json={"url": str(folder)})
        assert made.status_code == 201, (name, made.text)
        called = made.json()["name"]
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,70}", called), called
        assert called not in ("new", "events", "facets")
        assert (await api.get(f"/api/v1/modules/{called}")).json()["source"] == str(folder)
        names.add(called)
    assert len(names) == len(NAMES)
    page = (await api.get("/catalog", headers={"Accept": "text/html"})).text
    assert "<img src=x" not in page
