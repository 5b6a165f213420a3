"""Modules in the formats of the world, by HTTP: negotiation, lasting identifiers, and who sees what."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from fairhaven.catalog import service
from fairhaven.catalog.schemas import NewRelease, SourceSpec, Visibility
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
MODEL = URIRef("http://data.europa.eu/it6/MachineLearningModel")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FAIR4ML = "https://w3id.org/fair4ml/0.1.0"
ID = "/id/module/digits"


@pytest.fixture
async def nobody(api_for: Callable[..., Any]) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await api_for(None)
    return client


@pytest.fixture
async def registered(platform: Platform, ada: Actor, project_id: UUID) -> Callable[..., Any]:
    """Register an example, publish its release 1.0.0, and return the release."""

    async def register(name: str, visibility: Visibility = Visibility.PUBLIC) -> Any:
        spec = SourceSpec(url=str(EXAMPLES / name))
        inspected = await service.inspect(platform, spec)
        async with platform.transaction(ada) as session:
            made = await service.register(session, ada, project_id, spec, inspected, visibility=visibility)
            given = {"commit": made.commit, "digest": "sha256-1", "bundle": "b"}
            return await service.publish(session, NewRelease(module_id=made.id, version="1.0.0", **given))

    return register


@pytest.fixture
async def digits(registered: Callable[..., Any]) -> Any:
    return await registered("digits")


def graph_of(answer: httpx.Response, format: str = "turtle") -> Graph:
    return Graph().parse(data=answer.text, format=format)


ACCEPTED = (
    ("*/*", "application/json"),
    ("", "application/json"),
    ("text/turtle", "text/turtle"),
    ("application/ld+json", "application/ld+json"),
    ("application/rdf+xml;q=0.9, text/turtle;q=0.1", "application/rdf+xml"),
    ("text/*", "text/turtle"),
    ("application/xml, text/turtle;q=0.2, */*;q=0.1", "text/turtle"),
    ("application/json;q=0.1, application/x-bibtex", "application/x-bibtex"),
    ("*/*;q=0.5, application/json;q=0", "text/turtle"),
    ("application/vnd.datacite.datacite+xml", "application/vnd.datacite.datacite+xml"),
    (f'application/ld+json;profile="{FAIR4ML}"', "application/ld+json"),
    ("nonsense, text/turtle", "text/turtle"),
)


@pytest.mark.usefixtures("digits")
async def test_accept_decides_at_every_address(nobody: httpx.AsyncClient) -> None:
    for accept, media_type in ACCEPTED:
        takes_pages = accept.startswith(("text/*", "*/*;q"))
        for path in (
            "/api/v1/modules/digits",
            "/api/v1/modules/digits/export",
            *([] if takes_pages else [ID]),
        ):
            answer = await nobody.get(path, headers={"Accept": accept})
            assert answer.headers["content-type"].partition(";")[0] == media_type, (path, accept)
            assert "Accept" in answer.headers["vary"]
            assert (FAIR4ML in answer.headers["content-type"]) == ("profile" in accept)


@pytest.mark.usefixtures("digits")
async def test_browsers_are_led_to_the_page_and_others_told_what_there_is(nobody: httpx.AsyncClient) -> None:
    led = await nobody.get(ID, headers={"Accept": BROWSER})
    assert (led.status_code, led.headers["location"]) == (303, "/catalog/digits")
    refused = await nobody.get(ID, headers={"Accept": "image/png"})
    assert (refused.status_code, "text/turtle" in refused.json()["detail"]) == (406, True)
    unknown = await nobody.get(ID, params={"format": "docx"})
    assert (unknown.status_code, "ro-crate" in unknown.json()["detail"]) == (406, True)
    assert (await nobody.get(ID, params={"profile": "x"})).status_code == 406
    assert (await nobody.get(f"{ID}@9.9", params={"format": "turtle"})).status_code == 404


@pytest.mark.usefixtures("digits")
async def test_every_format_is_listed_and_each_address_answers(nobody: httpx.AsyncClient) -> None:
    listed = (await nobody.get("/api/v1/modules/digits/formats")).json()
    assert len(listed["formats"]) == 29
    for each in listed["formats"]:
        if each["url"] is None:
            assert (each["format"], each["reason"][:22]) == ("croissant", "The data set “Optical ")
            refused = await nobody.get(f"{ID}?format=croissant")
            assert (refused.status_code, refused.json()["detail"]) == (409, each["reason"])
            continue
        path = each["url"].partition("/id/")
        answer = await nobody.get("/id/" + path[2])
        assert answer.headers["content-type"].startswith(each["media_type"])
        again = await nobody.get("/id/" + path[2], headers={"If-None-Match": answer.headers["etag"]})
        assert (answer.status_code, again.status_code, again.content) == (200, 304, b"")


async def test_a_release_has_an_identifier_of_its_own(nobody: httpx.AsyncClient, digits: Any) -> None:
    graph = graph_of(await nobody.get(f"{ID}@1.0.0", headers={"Accept": "text/turtle"}))
    (model,) = graph.subjects(RDF.type, MODEL)
    assert str(model).endswith("/id/module/digits@1.0.0")
    assert str(graph.value(model, DCAT["version"])) == digits.version
    assert str(graph.value(model, DCTERMS.isVersionOf)).endswith("/id/module/digits")
    told = (await nobody.get(f"{ID}@1.0.0")).json()
    assert told["latest_release"]["version"] == "1.0.0"
    crate = (await nobody.get(f"{ID}@1.0.0?format=ro-crate")).json()
    assert crate["@graph"][1]["version"] == "1.0.0"


@pytest.mark.usefixtures("digits")
async def test_a_removed_module_leaves_a_tombstone_and_nobody_takes_its_name(
    api: httpx.AsyncClient, nobody: httpx.AsyncClient, tmp_path: Path
) -> None:
    assert (await api.delete("/api/v1/modules/digits")).status_code == 204
    for path in (ID, f"{ID}@1.0.0"):
        told = await nobody.get(path)
        assert (told.status_code, told.json()["title"]) == (410, "Handwritten digits")
        assert told.json()["withdrawn_at"]
        turtle = await nobody.get(path, headers={"Accept": "text/turtle"})
        assert (turtle.status_code, "Withdrawn" in turtle.text) == (410, True)
        page = await nobody.get(path, headers={"Accept": BROWSER})
        assert (page.status_code, "was taken out of the catalog" in page.text) == (410, True)
    other = tmp_path / "digits"
    other.mkdir()
    (other / "ai4-metadata.yml").write_bytes((EXAMPLES / "coins" / "ai4-metadata.yml").read_bytes())
    assert (await api.post("/api/v1/modules", json={"url": str(other)})).json()["name"] == "digits-2"
    assert (await nobody.get(ID)).status_code == 410
    back = await api.post("/api/v1/modules", json={"url": str(EXAMPLES / "digits")})
    assert back.json()["name"] == "digits"
    assert (await nobody.get(ID)).status_code == 200
    assert (await nobody.get(f"{ID}@1.0.0")).status_code == 410


async def test_a_private_module_leaks_nowhere(
    api: httpx.AsyncClient, nobody: httpx.AsyncClient, registered: Callable[..., Any]
) -> None:
    await registered("digits", Visibility.PROJECT)
    await registered("coins")
    for path in (ID, f"{ID}@1.0.0", "/api/v1/modules/digits/export", "/api/v1/modules/digits/formats"):
        assert (await nobody.get(path, headers={"Accept": "text/turtle, */*;q=0.1"})).status_code == 404
        assert (await api.get(path, headers={"Accept": "text/turtle, */*;q=0.1"})).status_code == 200
    for path in ("/id/catalog", "/id/catalog?profile=dcat", "/sitemap.xml"):
        told = (await nobody.get(path)).text
        assert ("/coins" in told, "digits" in told) == (True, False)
    assert "digits" in (await api.get("/id/catalog")).text
    assert "digits" not in (await api.get("/sitemap.xml")).text
    await api.delete("/api/v1/modules/digits")
    assert (await nobody.get(ID)).status_code == 404
    assert (await api.get(ID)).status_code == 410


async def test_the_catalog_is_paged_by_links_that_lead_to_all(
    nobody: httpx.AsyncClient, registered: Callable[..., Any]
) -> None:
    for name in ("coins", "digits", "penguins"):
        await registered(name)
    seen: list[str] = []
    address: str | None = "/id/catalog?format=turtle&limit=2"
    while address:
        answer = await nobody.get(address)
        graph = graph_of(answer)
        (catalog,) = graph.subjects(RDF.type, DCAT.Catalog)
        assert str(graph.value(catalog, URIRef("http://www.w3.org/ns/hydra/core#totalItems"))) == "3"
        seen += [str(each).rpartition("/")[2] for each in graph.objects(catalog, DCAT["resource"])]
        after = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        address = "/id/" + after[1].partition("/id/")[2] if after else None
    assert sorted(seen) == ["coins", "digits", "penguins"]
    sets = graph_of(await nobody.get("/id/catalog?profile=dcat", headers={"Accept": "text/turtle"}))
    assert len(set(sets.subjects(RDF.type, DCAT.Dataset))) == 3
    assert (await nobody.get("/id/catalog", headers={"Accept": BROWSER})).headers["location"] == "/catalog"
    assert (await nobody.get("/id/catalog?format=bibtex")).status_code == 406
    assert json.loads((await nobody.get("/id/catalog")).text)["@graph"]


@pytest.mark.usefixtures("digits")
async def test_the_page_is_signposted_and_holds_its_description(nobody: httpx.AsyncClient) -> None:
    page = await nobody.get("/catalog/digits", headers={"Accept": BROWSER})
    links = page.headers["link"]
    for rel in ("cite-as", "describedby", "author", "license", "item", "type", "linkset"):
        assert f'rel="{rel}"' in links, rel
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    told = json.loads(script)
    assert (told["@type"], told["name"]) == ("SoftwareSourceCode", "Handwritten digits")
    assert "publications.europa.eu/resource/authority/licence/APACHE_2_0" in page.text
    for format, key in (("linkset", "linkset"),):
        sets = (await nobody.get(f"{ID}?format={format}")).json()[key]
        assert sets[0]["anchor"].endswith("/catalog/digits")
        assert all(each.get("describes") or each["collection"] for each in sets[1:])
    cite = await nobody.get("/catalog/digits?tab=cite", headers={"Accept": BROWSER})
    for words in (
        "@software{digits-",
        "cff-version",
        "kernel-4",
        "MLDCAT-AP 3.1.0",
        "lacks what Croissant requires",
    ):
        assert words in cite.text, words


async def test_no_author_ends_the_script_of_a_page(api: httpx.AsyncClient, tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    folder.mkdir()
    text = (EXAMPLES / "digits" / "ai4-metadata.yml").read_text()
    evil = "</script><script>alert(1)</script><!--"
    (folder / "ai4-metadata.yml").write_text(text.replace("title: Handwritten digits", f'title: "{evil}"'))
    assert (await api.post("/api/v1/modules", json={"url": str(folder)})).status_code == 201
    page = (await api.get("/catalog/evil?tab=cite", headers={"Accept": BROWSER})).text
    assert evil not in page
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert json.loads(script)["name"] == evil


@pytest.mark.usefixtures("digits")
async def test_the_command_and_the_client_export(command: Callable[..., Any], tmp_path: Path) -> None:
    printed = await command("module", "export", "digits", "--format", "turtle")
    assert "it6:MachineLearningModel" in printed
    await command("module", "export", "digits", "--format", "cff", "--release", "1.0.0", "-o", "CITATION.cff")
    assert 'version: "1.0.0"' in (tmp_path / "CITATION.cff").read_text()
    listed = await command("module", "formats", "digits")
    assert "croissant" in listed
    assert "lacks what Croissant requires" in await command(
        "module", "export", "digits", "--format", "croissant", code=1
    )
