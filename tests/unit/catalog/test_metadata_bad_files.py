"""A corpus of bad files: each is refused at the right line, with a hint that says what to write instead."""

import pytest

from fairhaven.catalog.metadata import parse

# The sound file that each case spoils; version 3, with something of everything.
SOUND = """\
metadata_version: 3.0.0
title: Digits
summary: Reads a handwritten digit.
description: |-
  Reads a **digit**.
version: 1.2.0
doi: 10.5281/zenodo.1234567
license: Apache-2.0
languages: [en]
authors:
  - name: Ada Lovelace
    orcid: 0000-0002-1825-0097
    affiliation: Example University
    affiliation_ror: 02gfc7t72
    email: ada@example.edu
links:
  source_code: https://example.edu/digits
  docker_image: ai4oshub/digits
dates:
  created: '2024-01-31'
  updated: '2024-02-29'
libraries:
  - Scikit-learn
tasks:
  - Classification
categories:
  - AI4 inference
tags:
  - digits
data-type:
  - Image
files:
  - path: models/digits.onnx
    role: weights
    format: application/octet-stream
    size_bytes: 1024
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
datasets:
  - name: Optical digits
    role: training
    license: CC-BY-4.0
    collected_from: '1996-01-01'
    collected_until: '1998-07-01'
evaluations:
  - dataset: Optical digits
    metrics:
      - name: accuracy
        value: 0.97
        confidence: 0.95
resources:
  inference:
    cpu: 1
    memory_MB: 500
"""

# old text → new text, line of the error, part of its path, part of its hint
CASES = {
    "version of nobody": ("3.0.0\n", "9x9y9\n", 1, "metadata_version", "3.0.0"),
    "version without patch": (
        "metadata_version: 3.0.0", "metadata_version: 3.0", 1, "metadata_version", "3.0.0",
    ),
    "version missing": (
        "metadata_version: 3.0.0\n", "", 1, "metadata_version", "Add `metadata_version: 3.0.0`",
    ),
    "title empty": ("title: Digits", "title: ''", 2, "title", "Write a value"),
    "title blank": ("title: Digits", "title: '  '", 2, "title", "Write a value"),
    "title missing": ("title: Digits\n", "", 1, "title", "Add `title:`"),
    "title a number": ("title: Digits", "title: 2024", 2, "title", "'2024'"),
    "title a list": ("title: Digits", "title: [Digits]", 2, "title", "`title: |-`"),
    "title twice": ("title: Digits\n", "title: Digits\ntitle: Again\n", 3, "title", "Remove one `title`"),
    "summary null": ("summary: Reads a handwritten digit.", "summary:", 3, "summary", "Write a value"),
    "version a number": ("version: 1.2.0\n", "version: 1.2\n", 6, "version", "'1.2'"),
    "doi of a page": (
        "10.5281/zenodo.1234567", "https://zenodo.org/records/12", 7, "doi", "10.5281/zenodo.12",
    ),
    "doi of nothing": ("10.5281/zenodo.1234567", "soon", 7, "doi", "10.5281/zenodo.1234567"),
    "doi with a wrong prefix": ("10.5281/zenodo", "11.5281/zenodo", 7, "doi", "Write it as"),
    "licence by its name": (
        "license: Apache-2.0", "license: Apache License 2.0", 8, "license", "'Apache-2.0'",
    ),
    "licence unknown": ("license: Apache-2.0", "license: Mine", 8, "license", "spdx.org"),
    "licence half an expression": ("license: Apache-2.0", "license: MIT OR", 8, "license", "spdx.org"),
    "licence of a dataset": (
        "license: CC-BY-4.0", "license: CC BY 4.0", 41, "datasets[0].license", "CC-BY-4.0",
    ),
    "language by its name": ("[en]", "[English!]", 9, "languages[0]", "en or pt-BR"),
    "language with a line": ("[en]", "[pt_BR]", 9, "languages[0]", "'pt-BR'"),
    "authors as a text": (
        "authors:\n", "maintainers: Ada\nauthors:\n", 10, "maintainers", "maintainers: [Ada]",
    ),
    "author without a name": (
        "  - name: Ada Lovelace\n    orcid", "  - orcid", 11, "authors[0].name", "`name:`",
    ),
    "author a text": ("authors:\n", "authors:\n  - Grace Hopper\n", 11, "authors[0]", ""),
    "orcid with a wrong check": ("0000-0002-1825-0097", "0000-0002-1825-0098", 12, "orcid", "orcid.org"),
    "orcid without dashes": ("0000-0002-1825-0097", "'0000000218250097'", 12, "orcid", "0000-0002-1825-0097"),
    "ror too short": ("02gfc7t72", "02gfc", 14, "affiliation_ror", "ror.org"),
    "email in disguise": ("ada@example.edu", "ada at example.edu", 15, "email", "ada@example.edu"),
    "kind of agent unknown": ("    orcid:", "    type: human\n    orcid:", 12, "authors[0].type", "person"),
    "links missing its source": (
        "  source_code: https://example.edu/digits\n", "", 16, "source_code", "`links:`",
    ),
    "source over ssh": (
        "https://example.edu/digits", "git@example.edu:a/b.git", 17, "source_code", "https://example",
    ),
    "source an option": (
        "https://example.edu/digits", "--upload-pack=x", 17, "source_code", "scheme and host",
    ),
    "source a script": ("https://example.edu/digits", "javascript:alert(1)", 17, "source_code", "https://"),
    "source a file": (
        "https://example.edu/digits", "file:///etc/passwd", 17, "source_code", "scheme and host",
    ),
    "image in capitals": ("ai4oshub/digits", "AI4OSHub/Digits", 18, "docker_image", "'ai4oshub/digits'"),
    "image with a command": ("ai4oshub/digits", "docker pull a/b", 18, "docker_image", "'a/b'"),
    "day that is not": ("'2024-01-31'", "'2024-02-31'", 20, "dates.created", "'2024-02-29'"),
    "day in words": ("'2024-01-31'", "yesterday", 20, "dates.created", "in quotes"),
    "day the European way": ("'2024-02-29'", "'29.02.2024'", 21, "dates.updated", "'2024-02-29'"),
    "day missing": ("  updated: '2024-02-29'\n", "", 19, "dates.updated", "below `dates:`"),
    "library in other letters": ("Scikit-learn", "scikit learn", 23, "libraries[0]", "'Scikit-learn'"),
    "library by its import": ("Scikit-learn", "sklearn", 23, "libraries[0]", "'Scikit-learn'"),
    "libraries in one text": (
        "libraries:\n  - Scikit-learn", "libraries: Keras, ONNX", 22, "libraries", "[Keras, ONNX]",
    ),
    "task misspelt": ("  - Classification", "  - Clasification", 25, "tasks[0]", "'Classification'"),
    "task of nobody": ("  - Classification", "  - Weather", 25, "tasks[0]", "Use one of"),
    "category half": ("AI4 inference", "inference", 27, "categories[0]", "'AI4 inference'"),
    "tag twice": ("  - digits\n", "  - digits\n  - digits\n", 30, "tags[1]", "Remove one"),
    "tag a year": ("  - digits\n", "  - 2024\n", 29, "tags[0]", "'2024'"),
    "data type in plural": ("  - Image\n", "  - Images\n", 31, "data-type[0]", "'Image'"),
    "path out of the repository": (
        "models/digits.onnx", "../../etc/passwd", 33, "files[0].path", "without `..`",
    ),
    "path of a drive": ("models/digits.onnx", "'C:\\models\\d.onnx'", 33, "files[0].path", "relative"),
    "path from the root": ("models/digits.onnx", "/etc/passwd", 33, "files[0].path", "relative"),
    "path an option": ("models/digits.onnx", "--output=x", 33, "files[0].path", "relative"),
    "role of a file": ("role: weights", "role: weight", 34, "files[0].role", "'weights'"),
    "format an extension": ("application/octet-stream", "png", 35, "files[0].format", "'image/png'"),
    "size with a unit": ("size_bytes: 1024", "size_bytes: 1 KiB", 36, "files[0].size_bytes", "number"),
    "size below nothing": ("size_bytes: 1024", "size_bytes: -1", 36, "files[0].size_bytes", "0 or more"),
    "checksum cut": ("b0f00a08", "b0f0", 37, "files[0].sha256", "64 hexadecimal"),
    "role of data": ("role: training", "role: train", 40, "datasets[0].role", "'training'"),
    "value a text": ("value: 0.97", "value: very good", 48, "metrics[0].value", "number"),
    "value without end": ("value: 0.97", "value: .inf", 48, "metrics[0].value", "number"),
    "confidence above one": ("confidence: 0.95", "confidence: 95", 49, "confidence", "1 or less"),
    "evaluation of nothing": (
        "      - name: accuracy\n        value: 0.97\n        confidence: 0.95\n",
        "      []\n", 47, "metrics", "at least one",
    ),
    "memory with a unit": ("memory_MB: 500", "memory_MB: 16GB", 53, "memory_MB", "`memory_MB: 16000`"),
    "memory by another name": (
        "memory_MB: 500", "memory: 16GB", 53, "inference.memory", "`memory_MB: 16000`",
    ),
    "cpu in quotes": ("cpu: 1", "cpu: '1'", 52, "cpu", "`cpu: 1`"),
    "cpu half": ("cpu: 1", "cpu: 0.5", 52, "cpu", "number"),
    "tosca of version 1": ("title: Digits\n", "title: Digits\ntosca: []\n", 3, "tosca", "Remove it"),
    "keywords of version 1": ("title: Digits\n", "title: Digits\nkeywords: [a]\n", 3, "keywords", "`tags`"),
    "a tab": ("  source_code:", "\tsource_code:", 17, "", "spaces"),
    "a colon too many": ("title: Digits", "title: Digits: read", 2, "", "quotes"),
    "a quote left open": ("title: Digits", "title: 'Digits", 2, "", "quote"),
    "a bracket left open": ("languages: [en]", "languages: [en", 9, "", "Close it"),
    "a wrong indentation": ("  docker_image", " docker_image", 18, "", "Align"),
    "a second document": ("title: Digits\n", "title: Digits\n---\n", 3, "", "one document"),
    "a Python object": ("title: Digits", "title: !!python/object:os.system x", 2, "title", "Remove the tag"),
    "a control character": ("title: Digits", 'title: "a\\x00b"', 2, "title", "Remove escapes"),
    "an alias of nothing": ("title: Digits", "title: *name", 2, "", "Write the value"),
}  # fmt: skip


def test_the_file_that_the_cases_spoil_is_sound() -> None:
    assert parse(SOUND).problems == ()


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_refused_at_its_line_with_a_hint(case: str) -> None:
    old, new, line, path, hint = CASES[case]
    assert SOUND.count(old) >= 1
    report = parse(SOUND.replace(old, new, 1))
    assert report.metadata is None
    told = [str(error) for error in report.errors]
    assert report.errors[0].line == line, told
    assert path in report.errors[0].path, told
    assert hint in report.errors[0].suggestion, told
    assert len(report.errors) == 1, told
