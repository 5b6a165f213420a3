"""Every document of every item passes its independent judge; one table says so (`-s` prints it)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator, FormatChecker
from tests.unit.catalog.exports import making

from fairhaven.catalog import metadata
from fairhaven.catalog.exports import dcat, formats, jsonld, rdfxml, turtle
from fairhaven.catalog.exports.item import Item, NotExportable
from fairhaven.core.testing.environments import environment

# One process asks the judges, once.
pytestmark = pytest.mark.xdist_group("judges")

REPOSITORY = Path(__file__).parents[4]
DATA = REPOSITORY.parent / "shared" / "data"
JUDGES = ("pySHACL", "round trips", "DataCite", "cffconvert", "roc-validator", "mlcroissant")

Documents = dict[str, str]
Said = dict[str, dict[str, list[str]]]


def documents_of(item: Item) -> Documents:
    """Every document that the item can be told in, by format and profile."""
    found = {}
    for name, profile, each in formats.offered():
        try:
            found[f"{name} {profile}" if profile else name] = each.make(item)
        except NotExportable as why:
            assert formats.reason(item, name) == str(why)
    return found


@pytest.fixture(scope="module")
def files() -> dict[str, Path]:
    """Metadata files of published modules and of our examples, by name."""
    if not DATA.is_dir():
        reason = f"the shared data is absent: {DATA}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    real = {path.stem: path for path in sorted((DATA / "modules").glob("*.yml"))}
    examples = sorted((REPOSITORY / "examples" / "modules").glob("*/ai4-metadata.yml"))
    return real | {f"example {path.parent.name}": path for path in examples}


@pytest.fixture(scope="module")
def items(files: dict[str, Path]) -> dict[str, Item | str]:
    """An item for each file; for a file with errors, what is wrong with it."""
    found: dict[str, Item | str] = {}
    for name, path in files.items():
        report = metadata.parse(path.read_bytes())
        fine = report.metadata is not None
        found[name] = (
            making.item(report.metadata, name.rpartition(" ")[2]) if fine else f"{len(report.errors)} errors"
        )  # type: ignore[arg-type]
    return found | {"every field of 3.0": making.everything(), "filled by a forge": making.filled()}


@pytest.fixture(scope="module")
def said(request: pytest.FixtureRequest, items: dict[str, Item | str]) -> Said:
    """What the judges say of all documents, asked once: starting them takes seconds."""
    known = [each for each in items.values() if isinstance(each, Item)]
    asked = [
        {"name": name, "documents": documents_of(each)}
        for name, each in items.items()
        if isinstance(each, Item)
    ]
    asked += [
        {"name": "a catalog page", "documents": _catalog(known)},
        {"name": "spoilt", "documents": _spoilt()},
    ]
    shapes, context = DATA / "mldcat-ap-3.1.0" / "shapes.ttl", DATA / "ro-crate-1.1" / "context.jsonld"
    python = environment(request.config, "exports") / "bin" / "python"
    answer = subprocess.run(
        [python, Path(__file__).with_name("validators.py")],
        input=json.dumps({"items": asked, "shapes": str(shapes), "context": str(context)}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    found: Said = json.loads(answer.stdout)
    return found


def _catalog(items: list[Item]) -> Documents:
    here = f"{making.SITE.url}/id/catalog"
    graph = dcat.catalog(making.SITE, items, here=here, after=f"{here}?cursor=x", total=99, models=True)
    texts = {
        "turtle": turtle.write(graph),
        "jsonld": json.dumps(jsonld.write(graph)),
        "rdfxml": rdfxml.write(graph),
    }
    return {f"{syntax} mldcat-ap": text for syntax, text in texts.items()}


def _spoilt() -> Documents:
    """Documents each with one fault, so that a judge who sleeps is found out."""
    sound = documents_of(making.everything())
    crate, citation = json.loads(sound["ro-crate"]), json.loads(sound["croissant"])
    del crate["@graph"][1]["datePublished"]
    del citation["distribution"][0]["sha256"]
    datacite: dict[str, Any] = json.loads(sound["datacite-json"])
    del datacite["publisher"]
    return {
        "turtle mldcat-ap": sound["turtle mldcat-ap"].replace("dcat:version", "dcat:versions"),
        "jsonld mldcat-ap": sound["jsonld mldcat-ap"],
        "rdfxml mldcat-ap": sound["rdfxml mldcat-ap"],
        "datacite-json": json.dumps(datacite),
        "datacite-xml": sound["datacite-xml"],
        "cff": sound["cff"].replace("title:", "titel:"),
        "ro-crate": json.dumps(crate),
        "croissant": json.dumps(citation),
    }


@pytest.mark.slow
def test_every_document_of_every_item_passes(
    said: Said, items: dict[str, Item | str], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("\n" + _table(said, items))
    failed = {
        (name, judge): problems
        for name, by_judge in said.items()
        for judge, problems in by_judge.items()
        if problems and name != "spoilt"
    }
    assert failed == {}
    assert len([each for each in items.values() if isinstance(each, Item)]) >= 24


@pytest.mark.slow
def test_no_judge_sleeps(said: Said) -> None:
    assert {name for name, problems in said["spoilt"].items() if problems} == set(JUDGES)


@pytest.mark.slow
def test_a_page_of_the_catalog_passes_the_shapes(said: Said) -> None:
    assert said["a catalog page"] == {"pySHACL": [], "round trips": []}


def test_datacite_json_fits_its_schema_strictly(
    request: pytest.FixtureRequest, items: dict[str, Item | str]
) -> None:
    """Again, by a library that knows all of the schema's draft: cffconvert holds the judges' at an old."""
    folder = environment(request.config, "exports")
    (path,) = folder.glob("lib/python*/site-packages/datacite/schemas/datacite-v4.5.json")
    judge = Draft201909Validator(json.loads(path.read_text()), format_checker=FormatChecker())
    for item in items.values():
        if isinstance(item, Item):
            document = json.loads(formats.DOCUMENTS["datacite-json"].make(item))
            assert [error.message for error in judge.iter_errors(document)] == [], item.name


def _table(said: Said, items: dict[str, Item | str]) -> str:
    lines = ["".join([f"{'item':<36}", *(f"{judge:<15}" for judge in JUDGES)])]
    for name, item in items.items():
        if isinstance(item, str):
            lines.append(f"{name:<36}not exported: its metadata has {item}")
            continue
        cells = [_cell(said[name].get(judge)) for judge in JUDGES]
        lines.append("".join([f"{name:<36}", *(f"{cell:<15}" for cell in cells)]))
    return "\n".join(lines)


def _cell(problems: list[str] | None) -> str:
    return "not described" if problems is None else "fails" if problems else "passes"
