"""The same requests to a stock server and to ours: the same answers, or a row that tells why not."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.contract.runtime.corpus.client import ROOT, Client

HERE = Path(__file__).parent
REFERENCE = ROOT / "docs" / "reference" / "runtime-contract.md"
CORPUS = {path.stem: tomllib.loads(path.read_text()) for path in sorted(HERE.glob("*.toml"))}
ENTRIES = [(name, entry) for name, corpus in CORPUS.items() for entry in corpus["request"]]
PARTS: dict[str, list[str]] = json.loads((HERE / "parts.json").read_text())
"""By row: JSON pointers of what may differ in the Swagger document."""

pytestmark = pytest.mark.xdist_group("corpus")
Replays = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[f"{name}:{entry['id']}" for name, entry in ENTRIES])
def test_both_servers_answer_alike_or_the_table_tells_why_not(
    replays: Replays, name: str, entry: dict[str, Any]
) -> None:
    stock, ours = replays(name)[entry["id"]]
    if "differs" in entry:
        assert (stock.status, ours.status) == (entry["stock"], entry["ours"])
        assert ours != stock, "they answer alike: take `differs` away"
    elif "but" in entry:
        assert (stock.status, stock.headers) == (ours.status, ours.headers)
        _assert_alike_but(json.loads(stock.body), json.loads(ours.body), entry["but"])
    else:
        assert ours == stock


def test_the_corpus_covers_enough() -> None:
    assert len(ENTRIES) >= 150
    assert len({corpus["module"] for corpus in CORPUS.values()}) >= 6
    assert max(Counter((name, entry["id"]) for name, entry in ENTRIES).values()) == 1


def test_every_row_of_the_table_is_shown_by_the_corpus_and_no_other_is_named() -> None:
    named = {row for _, entry in ENTRIES for row in entry.get("but", [entry.get("differs")])} - {None}
    table = re.findall(r"^\| `([a-z0-9-]+)` \|", REFERENCE.read_text(), re.MULTILINE)
    assert sorted(named) == sorted(table)


@pytest.mark.parametrize("name", ["files", "template"])
def test_without_the_package_deepaas_the_answers_are_the_same(
    replays: Replays,
    starter_in: Callable[..., Any],
    module_python: Path,
    install: Callable[..., Path],
    name: str,
) -> None:
    known = replays(name)
    with closing(starter_in(module_python, install)) as start:
        client = Client(start(name).ready().client.base_url.port)
        answers = {entry["id"]: client.outcome(entry) for entry in CORPUS[name]["request"]}
    assert answers == {entry: ours for entry, (_, ours) in known.items()}


def _assert_alike_but(stock: Any, ours: Any, rows: list[str]) -> None:
    """Each row has parts that differ; when all such parts are taken out, nothing differs."""
    for row in rows:
        taken = [(_take(stock, pointer), _take(ours, pointer)) for pointer in PARTS[row]]
        assert any(one != other for one, other in taken), f"nothing differs that {row} tells of"
    assert ours == stock


def _take(document: Any, pointer: str) -> Any:
    """Remove the part that a JSON pointer names, and return it; None where there is none."""
    *folders, last = pointer.split("/")[1:]
    for folder in folders:
        document = document.get(folder.replace("~1", "/"), {})
    return document.pop(int(last)) if isinstance(document, list) else document.pop(last, None)
