"""Writes the table as a page: `python -m tests.service.matrix.page docs/reference/access.md`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.service.matrix.expectations import Access, Row
from tests.service.matrix.table import TABLE

HEAD = """<!-- Written by `python -m tests.service.matrix.page`: change the table, not this page. -->

# Access

Every route and page: who may, and what the others are told. This is the table that the tests ask by, as
each role about a thing of one's own project, of another, and about one that is not there ([threat
model](../explanation/threat-model.md#the-whole-matrix)). [Policies](policies.md) has the rules themselves.

A role may what those before it may: viewer, member, developer, manager, administrator. Of things that are
not there, everybody is told what strangers are told of things that they may not see. Tokens may less where
their scopes say so.
"""
WHO = {
    "nobody": "everybody",
    "outsider": "who is signed in",
    "viewer": "viewers",
    "member": "members",
    "developer": "developers",
    "manager": "managers",
    "administrator": "administrators",
}
COLUMNS = ("route", "who may", "members who may not", "strangers", "who is not signed in")


def text() -> str:
    rest = {key: row for key, row in TABLE.items() if " /api/v1/" in key}
    others = {key: row for key, row in TABLE.items() if key not in rest}
    return "\n".join([HEAD, *_section("REST", rest), *_section("Pages, and the rest", others)])


def _section(title: str, rows: Mapping[str, Row]) -> list[str]:
    lines = [_line([f"`{key}`", _may(row.who), *_told(row.who)]) for key, row in rows.items()]
    return [f"## {title}\n", _line(COLUMNS), _line(["---"] * len(COLUMNS)), *lines, ""]


def _may(who: Access) -> str:
    if who.unasked:
        return "everybody; nobody is asked who they are"
    if who.personal:
        return "its own person"
    return WHO[who.least] + (f", and {who.because}" if who.because else "")


def _told(who: Access) -> list[str]:
    if who.unasked or who.least == "nobody":
        return ["", "", ""]
    if who.least == "outsider":
        return ["", str(who.stranger) if who.personal else "", str(who.nobody)]
    members = "" if who.least == "viewer" else str(who.member)
    return [members, str(who.stranger), str(who.nobody)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
