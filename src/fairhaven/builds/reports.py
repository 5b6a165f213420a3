"""Reads what a module's own code wrote: bounded, and never through a link that it may have laid."""

import os
import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

LARGEST = 16 << 20
MOST_FAILURES = 20
LONGEST_MESSAGE = 1000


class Unreadable(Exception):
    """The report is missing, too large or damaged."""


def tests(path: Path) -> dict[str, Any]:
    """Counts and failures from a JUnit XML file, as pytest writes it.

    Returns:
        `passed`, `failed`, `skipped` (numbers), `seconds`, and `failures`: of the first 20 their `test`
        and `message`.

    Raises:
        Unreadable: the report is missing, too large or damaged.
    """
    content = read(path)
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
        raise Unreadable("it declares entities")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - without entities nothing can explode
    except ElementTree.ParseError as error:
        raise Unreadable(str(error)) from None
    cases = list(root.iter("testcase"))
    bad = [
        (case, found)
        for case in cases
        for found in (case.find("failure"), case.find("error"))
        if found is not None
    ]
    skipped = sum(case.find("skipped") is not None for case in cases)
    failed = len({id(case) for case, _ in bad})
    return {
        "passed": len(cases) - failed - skipped,
        "failed": failed,
        "skipped": skipped,
        "seconds": round(sum(_number(suite.get("time")) for suite in root.iter("testsuite")), 2),
        "failures": [_told(case, found) for case, found in bad[:MOST_FAILURES]],
    }


def read(path: Path) -> bytes:
    """The content of a plain file.

    Raises:
        Unreadable: it is missing, a link, a pipe, or too large.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(error.strerror) from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("it is no plain file")
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Unreadable("it is too large")
    return content


def _told(case: ElementTree.Element, found: ElementTree.Element) -> dict[str, str]:
    name = "::".join(filter(None, [case.get("classname"), case.get("name")]))
    message = found.get("message") or (found.text or "").strip()
    return {"test": name, "message": message[:LONGEST_MESSAGE]}


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
