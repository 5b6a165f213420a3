"""The stand-in refuses what an InvenioRDM refuses, in its words: else what passes would prove nothing."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fairhaven.core.testing import invenio

CREATOR = {"person_or_org": {"type": "personal", "family_name": "Lovelace", "given_name": "Ada"}}
SOUND: dict[str, Any] = {
    "title": "A model",
    "resource_type": {"id": "software"},
    "publication_date": "2025-01-02",
    "publisher": "The Society",
    "creators": [CREATOR],
}
BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def there() -> Iterator[invenio.Served]:
    with invenio.running() as served:
        yield served


@pytest.fixture
def client(there: invenio.Served) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {there.token}"}
    with httpx.Client(base_url=f"{there.url}/api", headers=headers) as opened:
        yield opened


def body(**changes: Any) -> dict[str, Any]:
    return {"files": {"enabled": True}, "metadata": {**SOUND, **changes}}


def drafted(client: httpx.Client, *, file: bool = True, **changes: Any) -> str:
    draft = str(client.post("/records", json=body(**changes)).json()["id"])
    if file:
        files = f"/records/{draft}/draft/files"
        client.post(files, json=[{"key": "a.txt"}])
        client.put(f"{files}/a.txt/content", content=b"a", headers=BYTES)
        assert client.post(f"{files}/a.txt/commit").json()["checksum"].startswith("md5:0cc175b9")
    return draft


def test_who_may_not_is_refused(there: invenio.Served, client: httpx.Client) -> None:
    asked = httpx.post(f"{there.url}/api/records", json=body())
    assert (asked.status_code, asked.json()["message"]) == (403, "Permission denied.")
    wrong = client.post("/records", json=body(), headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401
    there.scopes = {"deposit:write"}
    assert client.post(f"/records/{drafted(client)}/draft/actions/publish").status_code == 403


def test_content_types_and_json_are_demanded(client: httpx.Client) -> None:
    assert client.post("/records", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    broken = client.post("/records", content=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, "decode JSON" in broken.json()["message"]) == (400, True)
    files = f"/records/{drafted(client, file=False)}/draft/files"
    client.post(files, json=[{"key": "a.txt"}])
    assert client.put(f"{files}/a.txt/content", json={"a": 1}).status_code == 415


def test_files_go_in_order(client: httpx.Client) -> None:
    draft = drafted(client, file=False)
    files, publish = f"/records/{draft}/draft/files", f"/records/{draft}/draft/actions/publish"
    none = client.post(publish)
    assert (none.status_code, none.json()["errors"][0]["field"]) == (400, "files.enabled")
    assert client.put(f"{files}/a.txt/content", content=b"a", headers=BYTES).status_code == 404
    assert client.post(files, json=[{"key": "a.txt"}]).status_code == 201
    assert client.post(files, json=[{"key": "a.txt"}]).status_code == 400
    assert client.post(f"{files}/a.txt/commit").status_code == 400
    assert "not completed their transfer" in client.post(publish).text
    client.put(f"{files}/a.txt/content", content=b"a", headers=BYTES)
    assert client.post(f"{files}/a.txt/commit").status_code == 200
    assert client.post(f"{files}/a.txt/commit").status_code == 400
    assert client.post(publish).status_code == 202
    # What is published has no draft any more, and its files stay.
    assert client.post(publish).status_code == 404
    assert client.delete(f"{files}/a.txt").status_code == 404
    assert client.delete(f"/records/{draft}/draft").status_code == 404


WHO = "metadata.creators.0.person_or_org"
WRONG = (
    ({"title": ""}, "metadata.title"),
    ({"title": "ab"}, "metadata.title"),
    ({"creators": []}, "metadata.creators"),
    ({"creators": [{}]}, "metadata.creators.0.person_or_org"),
    ({"creators": [{"person_or_org": {"type": "personal"}}]}, f"{WHO}.family_name"),
    ({"creators": [{"person_or_org": {"type": "organizational"}}]}, f"{WHO}.name"),
    ({"creators": [{"person_or_org": {"name": "x"}}]}, f"{WHO}.type"),
    (
        {"creators": [{"person_or_org": {**CREATOR["person_or_org"], "identifiers": [
            {"scheme": "orcid", "identifier": "0000-0002-1825-0098"}]}}]},
        f"{WHO}.identifiers.0",
    ),
    (
        {"creators": [{**CREATOR, "affiliations": [{"id": "0abcdef12"}]}]},
        "metadata.creators.0.affiliations.0.id",
    ),
    ({"publication_date": "yesterday"}, "metadata.publication_date"),
    ({"publication_date": "2025-02-30"}, "metadata.publication_date"),
    ({"publication_date": None}, "metadata.publication_date"),
    ({"resource_type": {"id": "Software"}}, "metadata.resource_type.id"),
    ({"resource_type": None}, "metadata.resource_type"),
    ({"rights": [{"id": "Apache-2.0"}]}, "metadata.rights.0.id"),
    ({"contributors": [CREATOR]}, "metadata.contributors.0.role"),
    ({"publisher": ""}, "metadata.publisher"),
    ({"identifiers": [{"identifier": "x", "scheme": "url"}]}, "metadata.identifiers.0.identifier"),
    (
        {"related_identifiers": [
            {"identifier": "10.1234/x", "scheme": "doi", "relation_type": {"id": "isNewVersionOf"}}]},
        "metadata.related_identifiers.0.relation_type.id",
    ),
    ({"licence": "x"}, "metadata.licence"),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "field"), WRONG, ids=lambda each: each if isinstance(each, str) else "")
def test_metadata_that_is_not_right_is_drafted_but_not_published(
    client: httpx.Client, changes: dict[str, Any], field: str
) -> None:
    answer = client.post(f"/records/{drafted(client, **changes)}/draft/actions/publish")
    assert answer.status_code == 400
    assert answer.json()["message"] == "A validation error occurred."
    assert field in [each["field"] for each in answer.json()["errors"]]


def test_a_doi_is_reserved_once_and_lost_when_a_draft_is_put_without_it(client: httpx.Client) -> None:
    place = f"/records/{drafted(client)}/draft"
    pids = client.post(f"{place}/pids/doi").json()["pids"]
    assert client.post(f"{place}/pids/doi").status_code == 400
    assert client.put(place, json={**body(), "pids": pids}).json()["pids"] == pids
    assert client.put(place, json=body()).json()["pids"] == {}


def test_the_next_version_is_one_draft_without_a_date(client: httpx.Client) -> None:
    first = drafted(client)
    assert client.post(f"/records/{first}/versions").status_code == 404
    client.post(f"/records/{first}/draft/actions/publish")
    second = client.post(f"/records/{first}/versions").json()
    assert client.post(f"/records/{first}/versions").json()["id"] == second["id"]
    assert [each["field"] for each in second["errors"]] == ["metadata.publication_date"]
    assert client.get(f"/records/{second['id']}/draft/files").json()["entries"] == []
