"""The list of trainings: what runs, what came of the others, and what can be done about each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fairhaven_runtime.front.page import words
from fairhaven_runtime.front.page.fields import Field
from fairhaven_runtime.front.page.hints import written
from fairhaven_runtime.front.page.markup import Html, joined, tag
from fairhaven_runtime.front.page.trees import tree
from fairhaven_runtime.front.page.widgets import icon

LOOKS = {
    "running": ("loader-circle", "info", words.RUNNING),
    "done": ("circle-check", "good", words.DONE),
    "error": ("circle-x", "bad", words.ERROR),
}
Report = Mapping[str, Any]


def listing(reports: Sequence[Report], form: Sequence[Field], *, kept: bool) -> Html:
    """All trainings, the newest first; `kept` when the server remembers them, with their uploads."""
    if not reports:
        return tag("p", words.NO_TRAININGS_KEPT if kept else words.NO_TRAININGS, class_="muted")
    names = (words.STARTED, words.STATUS, words.ARGUMENTS)
    head = [tag("th", name, scope="col") for name in names]
    last = tag("th", tag("span", words.ACTIONS, class_="hidden"), scope="col")
    rows = [_row(report, kept or can_repeat(report, form)) for report in reversed(reports)]
    table = tag("table", tag("thead", tag("tr", head, last)), tag("tbody", rows), class_="table trainings")
    return tag("div", table, class_="table-wrap", role="region", aria_label=words.TRAININGS, tabindex="0")


def can_repeat(report: Report, form: Sequence[Field]) -> bool:
    """Whether its arguments are all there is to it: uploads are deleted with the training."""
    args = report["args"] if isinstance(report["args"], Mapping) else {}
    return not any(field.widget == "file" and args.get(field.key) for field in form)


def _row(report: Report, repeatable: bool) -> Html:
    state = str(report["status"])
    buttons = [_button("cancel", words.CANCEL if state == "running" else words.FORGET, report)]
    if state == "error" and repeatable:
        buttons.insert(0, _button("again", words.TRY_AGAIN, report))
    cells = [
        tag("td", _started(report)),
        tag("td", _state(state), _outcome(report)),
        tag("td", _arguments(report["args"])),
        tag("td", tag("div", buttons, class_="actions")),
    ]
    return tag("tr", cells, data_status=state)


def _started(report: Report) -> Html:
    """The contract's date: naive, in the server's time."""
    text = str(report["date"])
    moment = datetime.fromisoformat(text).astimezone()
    running = report["status"] == "running"
    return tag("time", text[:19], datetime=moment.isoformat(timespec="seconds"), data_since=running)


def _state(state: str) -> Html:
    symbol, tone, word = LOOKS.get(state, ("circle-alert", "quiet", state))
    turns = " turns" if state == "running" else ""
    return tag("span", icon(symbol), word, class_=f"state tone-{tone}{turns}")


def _outcome(report: Report) -> Html | None:
    if report["status"] == "error":
        return tag("p", str(report.get("message", "")), class_="reason")
    result = report.get("result")
    if not isinstance(result, Mapping):
        return None
    took = tag("span", " ", words.TOOK.format(_took(str(report["date"]), result)), class_="reason")
    drawn = tree(result.get("output"), unfolded=2)
    return joined([took, tag("details", tag("summary", words.RESULT), drawn, class_="more")])


def _took(begun: str, result: Mapping[str, Any]) -> str:
    """How long it took, in the two largest units."""
    ended = datetime.fromisoformat(str(result["finish_date"]))
    seconds = (ended - datetime.fromisoformat(begun)).total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds) // 60
    return (
        f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {round(seconds) % 60} s"
    )


def _arguments(args: Any) -> Html | None:
    if not isinstance(args, Mapping) or not args:
        return None
    pairs = [
        tag("span", tag("span", key, class_="muted"), " ", _argument(value), class_="pair")
        for key, value in args.items()
    ]
    return tag("span", [[pair, " "] for pair in pairs], class_="pairs")


def _argument(value: Any) -> str:
    text = written(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _button(verb: str, word: str, report: Report) -> Html:
    where = f"ui/trainings/{verb}?uuid={quote(str(report['uuid']))}"
    button = tag("button", word, type="submit", class_="button small")
    return tag("form", button, method="post", action=where, class_="inline")
