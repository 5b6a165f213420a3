"""Reading what foreign code wrote."""

import os

import pytest

from fairhaven.builds import environments, reports
from fairhaven.builds.progress import clean, shortened

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="1.25">
<testcase classname="tests.test_a" name="test_good" time="0.1" />
<testcase classname="tests.test_a" name="test_bad" time="0.1">
<failure message="assert 1 == 2">long</failure></testcase>
<testcase classname="tests.test_a" name="test_broken" time="0.1">
<error message="">in set-up</error></testcase>
<testcase classname="tests.test_a" name="test_later" time="0"><skipped message="not now" /></testcase>
</testsuite></testsuites>"""


def test_counts_and_failures_are_read(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(JUNIT)
    assert reports.tests(report) == {
        "passed": 1,
        "failed": 2,
        "skipped": 1,
        "seconds": 1.25,
        "failures": [
            {"test": "tests.test_a::test_bad", "message": "assert 1 == 2"},
            {"test": "tests.test_a::test_broken", "message": "in set-up"},
        ],
    }


@pytest.mark.parametrize(
    "text", ["", "<testsuites>", '<!DOCTYPE x [<!ENTITY a "aa">]><testsuites>&a;</testsuites>']
)
def test_damaged_and_explosive_reports_are_unreadable(tmp_path, text):
    report = tmp_path / "report.xml"
    report.write_text(text)
    with pytest.raises(reports.Unreadable):
        reports.tests(report)


def test_links_and_pipes_are_unreadable(tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "missing"):
        with pytest.raises(reports.Unreadable):
            reports.read(tmp_path / name)


def test_a_file_that_is_too_large_is_unreadable(tmp_path, monkeypatch):
    monkeypatch.setattr(reports, "LARGEST", 10)
    (tmp_path / "large").write_bytes(b"x" * 11)
    with pytest.raises(reports.Unreadable, match="too large"):
        reports.read(tmp_path / "large")


def test_what_a_database_does_not_take_is_cleaned():
    assert clean({"a\0": ["x\0y", float("nan"), 1.5, "\ud800"]}) == {"a": ["xy", None, 1.5, "?"]}


def test_a_long_reason_is_shortened():
    assert len(shortened("x" * 10_000) or "") == 2000


def test_the_resolvers_complaint_is_one_sentence():
    output = (
        "Resolving\nerror: No solution found\n  cause: Because a needs b,\n    nothing fits\n\nhint: try c\n"
    )
    assert environments.complaint(output) == "No solution found: Because a needs b, nothing fits."


def test_older_set_ups_are_taken_and_no_set_up_is_not(tmp_path):
    with pytest.raises(environments.StageFailed, match=r"no `pyproject.toml`"):
        environments.project(tmp_path)
    (tmp_path / "setup.py").write_text("")
    assert environments.project(tmp_path) == {}
    (tmp_path / "pyproject.toml").write_text("[project")
    with pytest.raises(environments.StageFailed, match="cannot be read"):
        environments.project(tmp_path)
