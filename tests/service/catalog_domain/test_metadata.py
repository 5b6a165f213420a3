"""The schemas of metadata as they are served, and checking a file that nobody committed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from jsonschema.validators import validator_for

from fairhaven.catalog.metadata import known_versions


@pytest.fixture
async def nobody(api_for: Callable[..., Any]) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await api_for(None)
    return client


BAD = "metadata_version: 2.0.0\ntitle: Digits\nlibraries: [sklearn]\n"


async def test_every_version_is_listed_and_can_be_read(nobody: httpx.AsyncClient) -> None:
    listed = (await nobody.get("/api/v1/metadata-schemas")).json()
    assert [each["version"] for each in listed] == list(known_versions())
    assert [each["version"] for each in listed if each["newest"]] == ["3.0.0"]
    for each in listed:
        answer = await nobody.get(each["url"])
        assert answer.headers["content-type"] == "application/schema+json"
        validator_for(answer.json()).check_schema(answer.json())


async def test_a_version_of_nobody_is_told_to_be_missing(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/api/v1/metadata-schemas/9.9.9")
    assert answer.status_code == 404
    assert "3.0.0" in answer.json()["fix"]


async def test_a_file_is_checked_and_mended_before_it_is_committed(api: httpx.AsyncClient) -> None:
    told = (await api.post("/api/v1/metadata-checks", json={"text": BAD})).json()
    assert not told["valid"]
    assert {"file", "line", "column", "message", "suggestion"} <= set(told["problems"][0])
    assert "Scikit-learn" in told["mended"]
    assert told["changes"] == ["line 3: `libraries[0]`: 'sklearn' became Scikit-learn."]


async def test_only_who_is_signed_in_has_files_checked(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.post("/api/v1/metadata-checks", json={"text": BAD})).status_code == 401
