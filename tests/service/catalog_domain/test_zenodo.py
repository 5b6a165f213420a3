"""Records of a recorded Zenodo as modules: by the address that people paste, built or listed."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.recorded import zenodo

from fairhaven.core.config import Settings
from fairhaven.core.testing.recorded import Recorded, recorded

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def records() -> Iterator[Recorded]:
    with recorded(zenodo.answers()) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", log_level="error", outbound_allow=["127.0.0.0/8"])


async def test_a_record_with_a_module_is_built_and_another_is_listed(
    api: httpx.AsyncClient, records: Recorded
) -> None:
    async def registered(number: str) -> httpx.Response:
        spec = {"url": f"zenodo+{records.url}#{number}"}
        return await api.post("/api/v1/modules", json=spec)

    built = (await registered(zenodo.MODULE)).json()
    assert (built["name"], built["trust"], built["valid"]) == ("handwritten-digits", "built", True)
    assert built["metadata"]["doi"] == f"10.5281/zenodo.{zenodo.MODULE}"
    assert len((await api.get("/api/v1/builds")).json()["items"]) in (0, 1)
    listed = (await registered(zenodo.LISTED)).json()
    assert (listed["name"], listed["trust"]) == ("plankton-finder-a-model", "listed")
    page = (await api.get(f"/catalog/{listed['name']}", headers=HTML)).text
    assert "<strong>plankton</strong>" in page
    assert "<script>alert(1)" not in page
    again = await registered(zenodo.LISTED)
    assert again.status_code == 409
    cited = await api.get(f"/id/module/{listed['name']}", params={"format": "datacite-json"})
    assert cited.json()["doi"] == f"10.5281/zenodo.{zenodo.LISTED}"


async def test_what_is_wrong_is_said_beside_the_field(api: httpx.AsyncClient, records: Recorded) -> None:
    for number, said in ((zenodo.RESTRICTED, "private"), (zenodo.WRONG, "MD5")):
        form = {"url": f"zenodo+{records.url}#{number}"}
        page = await api.post("/catalog/new", data=form, headers=HTML)
        assert (page.status_code, said in page.text) == (422, True), page.text
