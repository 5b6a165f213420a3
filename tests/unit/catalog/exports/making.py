"""Items as tests of exports need them: of any metadata, with and without a release."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from fairhaven.catalog import metadata
from fairhaven.catalog.exports.item import Edition, Item, Site
from fairhaven.catalog.metadata import ModuleMetadata

SITE = Site("Fairhaven", "https://fairhaven.example")
MOMENT = datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC)
EDITION = Edition("1.2.0+3f2a91c4", "3f2a91c4" * 5, "sha256-" + "ab" * 32, MOMENT)
SILENT = """\
metadata_version: 2.3.0
title: Silent
summary: Says little.
description: It says little of itself.
links: {source_code: "https://github.com/owner/silent"}
libraries: [Other]
tasks: [Other]
categories: [AI4 inference]
tags: [little]
"""
EVERYTHING = Path(__file__).with_name("everything.yml")


def item(content: ModuleMetadata, name: str = "digits", *, released: bool = True) -> Item:
    """An item of that metadata; `released`: its release, else the module."""
    edition = EDITION if released else None
    return Item(name, content, SITE, EDITION.commit, MOMENT, MOMENT, edition, pinned=released)


def read(text: str | bytes) -> ModuleMetadata:
    """The metadata of a file that has no errors."""
    report = metadata.parse(text)
    assert report.metadata is not None, [str(problem) for problem in report.errors]
    return report.metadata


def filled() -> Item:
    """An item whose authors say nothing of licence and dates, and whose forge does."""
    told = {
        "license": "GPL-3.0-only",
        "created": "2022-09-08T12:57:01+00:00",
        "pushed": "2025-11-14T09:26:40+00:00",
        "homepage": "https://silent.example.org/",
        "issues": "https://github.com/owner/silent/issues",
    }
    said = {name: {"value": value, "source": "GitHub"} for name, value in told.items()}
    silent = item(read(SILENT), "silent", released=False)
    return replace(silent, told=said, licence_text=told["license"])


def everything() -> Item:
    """An item whose metadata fills every field of version 3."""
    return item(read(EVERYTHING.read_bytes()), "everything")
