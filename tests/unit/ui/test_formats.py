"""Times, durations, sizes and numbers as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from fairhaven.ui import formats

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=5), "5 seconds ago"),
        (timedelta(minutes=3), "3 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(minutes=-40), "in 40 minutes"),
    ],
)
def test_a_time_is_relative_in_words(ago: timedelta, words: str) -> None:
    assert f">{words}</time>" in formats.when(NOON - ago, now=NOON)


def test_a_time_is_exact_for_the_curious_and_for_machines() -> None:
    shown = formats.when(NOON, now=NOON)
    assert 'datetime="2026-05-04T12:00:00Z"' in shown
    assert 'title="4 May 2026, 12:00:00 UTC"' in shown


def test_a_naive_time_is_taken_as_utc_and_none_is_never() -> None:
    assert 'datetime="2026-05-04T12:00:00Z"' in formats.when(NOON.replace(tzinfo=None), now=NOON)
    assert "never" in formats.when(None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0, "0 s"), (0.42, "0.4 s"), (12.4, "12 s"), (59.6, "1 min"), (185, "3 min 5 s"),
     (3600, "1 h"), (7810, "2 h 10 min"), (270_000, "3 d 3 h"), (timedelta(minutes=2), "2 min")],
)  # fmt: skip
def test_a_duration_has_at_most_two_parts(seconds: float | timedelta | None, words: str) -> None:
    assert formats.duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, "–"),
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (734_003_200, "700 MiB"),
        (2**60, "1,024 PiB"),
    ],
)
def test_sizes_are_in_iec_units(count: int | None, words: str) -> None:
    assert formats.size(count) == words


def test_numbers_are_grouped_and_shares_line_up() -> None:
    assert formats.number(18204) == "18,204"
    assert formats.number(0.5, 0) == "0"
    assert formats.percent(0.8) == "80.0 %"


def test_a_log_line_loses_the_terminals_colours() -> None:
    assert formats.plain_log("\x1b[1;32mok\x1b[0m \x1b]0;title\x07done\r") == "ok done"


def test_words_between_backticks_are_code_and_everything_else_is_escaped() -> None:
    assert formats.coded("Run `uv <b>` & go") == "Run <code>uv &lt;b&gt;</code> &amp; go"


def test_what_says_nothing_is_left_out_at_any_depth() -> None:
    assert formats.said({"a": None, "b": {"c": []}, "d": [{"e": ""}, 0], "f": False}) == {
        "d": [{}, 0],
        "f": False,
    }
