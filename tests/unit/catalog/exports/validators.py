"""Independent judges of exported documents, run in an environment of their own (requirements/exports.txt).

Standard input: {"items": [{"name": …, "documents": {format: text}}], "shapes": path, "context": path}.
Standard output: {item: {validator: [problems]}}; no problem is an empty list. Nothing is fetched.
"""

import contextlib
import io
import json
import logging
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, ClassVar

import mlcroissant
import pyshacl
import rdflib
import requests
from cffconvert.cli.create_citation import create_citation
from datacite import schema45
from lxml import etree
from rdflib.compare import graph_diff, isomorphic
from rdflib.plugins.sparql import processor
from rocrate_validator import services
from rocrate_validator.models import ValidationSettings
from rocrate_validator.utils.http import HttpRequester
from urllib3 import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PARSERS = {"turtle": "turtle", "jsonld": "json-ld", "rdfxml": "xml"}


class _Remembering(processor.SPARQLProcessor):
    """Reads each question once: roc-validator asks twenty of every crate, and reading them takes a second."""

    known: ClassVar[dict[Any, Any]] = {}

    def query(self, asked: Any, bindings: Any = None, names: Any = None, *rest: Any, **more: Any) -> Any:
        if isinstance(asked, str):
            key = asked, tuple(sorted((names or {}).items()))
            if key not in self.known:
                self.known[key] = processor.translateQuery(processor.parseQuery(asked), None, names)
            asked = self.known[key]
        return super().query(asked, bindings, names, *rest, **more)


rdflib.plugin.register("sparql", rdflib.query.Processor, __name__, "_Remembering")


class Judges:
    def __init__(self, shapes: str, context: str, folder: Path) -> None:
        self.shapes = rdflib.Graph().parse(shapes)
        self.folder = folder
        self.settings: dict[str, Any] = {
            "profile_identifier": "ro-crate-1.1",
            "metadata_only": True,
            "offline": True,
            "cache_path": folder / "cache",
            "rocrate_uri": ".",
            "skip_availability_check": True,
        }
        ValidationSettings(**self.settings)
        answer = requests.Response()
        answer.status_code, answer.url = 200, CONTEXT
        answer.headers["Content-Type"] = "application/ld+json"
        body = io.BytesIO(Path(context).read_bytes())
        answer.raw = HTTPResponse(body, answer.headers, 200, preload_content=False, request_url=CONTEXT)
        answer.request = requests.Request("GET", CONTEXT).prepare()
        cache = HttpRequester().session.cache
        cache.save_response(answer, cache.create_key(answer.request))

    def all(self, documents: dict[str, str]) -> dict[str, list[str]]:
        """What each judge says of the documents that it knows."""
        judges = {
            "pySHACL": (self.shacl, ("turtle mldcat-ap",)),
            "DataCite": (self.datacite, ("datacite-json", "datacite-xml")),
            "cffconvert": (self.cff, ("cff",)),
            "roc-validator": (self.ro_crate, ("ro-crate",)),
            "mlcroissant": (self.croissant, ("croissant",)),
        }
        asked = {name: judge for name, judge in judges.items() if set(judge[1]) <= documents.keys()}
        said = {name: ask(*(documents[each] for each in needed)) for name, (ask, needed) in asked.items()}
        return said | {"round trips": self.round_trips(documents)}

    def shacl(self, turtle: str) -> list[str]:
        graph = rdflib.Graph().parse(data=turtle, format="turtle")
        conforms, _, text = pyshacl.validate(graph, shacl_graph=self.shapes)
        return [] if conforms else [text]

    def round_trips(self, documents: dict[str, str]) -> list[str]:
        problems = []
        for profile in sorted({name.partition(" ")[2] for name in documents if " " in name}):
            graphs = [
                rdflib.Graph().parse(data=documents[f"{syntax} {profile}"], format=parser)
                for syntax, parser in PARSERS.items()
            ]
            for other in graphs[1:]:
                if not isomorphic(graphs[0], other):
                    _, first, second = graph_diff(graphs[0], other)
                    problems.append(f"{profile}: {sorted(first)[:3]} against {sorted(second)[:3]}")
        return problems

    def datacite(self, text: str, xml: str) -> list[str]:
        said = json.loads(text)
        problems = [f"{list(error.path)}: {error.message}" for error in schema45.validator.iter_errors(said)]
        theirs = schema45.dump_etree(said | {"identifiers": []}) if not problems else None
        if theirs is not None and (found := _differences(theirs, etree.fromstring(xml.encode()))):
            problems.append(f"XML: {found}")
        return problems

    def cff(self, text: str) -> list[str]:
        path = self.folder / "CITATION.cff"
        path.write_text(text, encoding="utf-8")
        try:
            create_citation(str(path), None).validate()
        except Exception as error:
            return [str(error)[:300]]
        return []

    def ro_crate(self, text: str) -> list[str]:
        settings = ValidationSettings(**self.settings, metadata_dict=json.loads(text))
        result = services.validate_metadata_as_dict(json.loads(text), settings)
        return [str(issue.message) for issue in result.get_issues()]

    def croissant(self, text: str) -> list[str]:
        path = self.folder / "croissant.json"
        path.write_text(text, encoding="utf-8")
        log, handler = io.StringIO(), None
        handler = logging.StreamHandler(log)
        logging.getLogger("absl").addHandler(handler)
        try:
            dataset = mlcroissant.Dataset(jsonld=str(path))
            issues = dataset.metadata.ctx.issues
            return [*issues.errors, *issues.warnings, *filter(None, [log.getvalue()])]
        except mlcroissant.ValidationError as error:
            return [str(error)]
        finally:
            logging.getLogger("absl").removeHandler(handler)


def _differences(theirs: Any, ours: Any) -> str:
    """What DataCite's own writer would have said, and we did not: element by element, in any order."""
    left, right = _flat(theirs), _flat(ours)
    left = {each for each in left if "schemaLocation" not in each[0]}
    # Without a DOI theirs has no identifier at all, which the XML schema demands.
    right = {each for each in right if not (each[0].endswith("/identifier") and '"URL"' in each[1])}
    return (
        ""
        if left == right
        else f"only theirs {sorted(left - right)[:3]}, only ours {sorted(right - left)[:3]}"
    )


def _flat(root: Any) -> set[tuple[str, str, str]]:
    found = set()
    for element in root.iter():
        path = "/".join(
            re.sub(r"{.*}", "", each.tag) for each in [*reversed(list(element.iterancestors())), element]
        )
        given = {name: value for name, value in element.attrib.items() if "schemaLocation" not in name}
        found.add((path, json.dumps(given, sort_keys=True), (element.text or "").strip()))
    return found


def main() -> None:
    asked = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        judges = Judges(asked["shapes"], asked["context"], Path(folder))
        said = {each["name"]: judges.all(each["documents"]) for each in asked["items"]}
    print(json.dumps(said))


main()
