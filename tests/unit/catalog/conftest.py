"""Metadata texts that the tests of the catalog start from."""

import os
from pathlib import Path

import pytest

GOOD = """\
metadata_version: 2.3.0
title: Digits
summary: Reads a handwritten digit.
description: |-
  Reads a **digit**.
links:
  source_code: https://example.edu/digits
libraries:
  - Scikit-learn
tasks:
  - Classification
categories:
  - AI4 inference
tags:
  - digits
"""


@pytest.fixture(scope="session")
def good() -> str:
    """A small file without any problem."""
    return GOOD


@pytest.fixture(scope="session")
def real_files() -> list[Path]:
    """Metadata files of published modules; they lie beside the repository and are not part of it."""
    folder = Path(__file__).parents[4] / "shared" / "data" / "modules"
    if files := sorted(folder.glob("*.yml")):
        return files
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have the real metadata files, but {folder} is empty or absent")
    pytest.skip(f"the real metadata files are absent: {folder}")
