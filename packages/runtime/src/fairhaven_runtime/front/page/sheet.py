"""The page as a whole. Its addresses are relative to `/ui`, so that any prefix before it is right."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fairhaven_runtime import __version__
from fairhaven_runtime.front.page import words
from fairhaven_runtime.front.page.fields import Field, fields
from fairhaven_runtime.front.page.hints import written
from fairhaven_runtime.front.page.markup import Content, Html, joined, tag
from fairhaven_runtime.front.page.trainings import listing
from fairhaven_runtime.front.page.trees import tree
from fairhaven_runtime.front.page.widgets import form_fields, icon

LONGEST_LEDE = 300


@dataclass(frozen=True, kw_only=True)
class View:
    """What the page shows.

    Attributes:
        document: the module's description; None until it has been loaded once.
        status: ready, loading or failed; `reason` says why it is not ready.
        kept: whether trainings are remembered after a restart.
    """

    name: str
    document: Mapping[str, Any] | None
    status: str
    reason: str = ""
    predicts: bool = True
    trains: bool = True
    trainings: Sequence[Mapping[str, Any]] = ()
    kept: bool = False


def page(view: View) -> str:
    """The whole page."""
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{_title(view)} · {words.PRODUCT}"),
        tag("link", rel="icon", href="ui/mark.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="ui/page.css"),
        tag("script", src="ui/page.js", type="module"),
    ]
    if view.document is None:
        head.append(tag("noscript", tag("meta", http_equiv="refresh", content="5")))
    main = tag("main", _head(view), _body(view), id="main", tabindex="-1")
    skip = tag("a", words.SKIP, class_="skip", href="#main")
    body = tag("body", skip, _top(), tag("div", main, _foot(), class_="page"))
    told = json.dumps(words.SCRIPT)
    return "<!doctype html>" + tag("html", tag("head", head), body, lang="en", data_words=told)


def train_fields(document: Mapping[str, Any]) -> list[Field]:
    """The fields of the form for trainings."""
    return fields(document["train"]["schema"], "train") if document["train"] else []


def trainings(view: View) -> Html:
    """The list of trainings alone."""
    return listing(view.trainings, train_fields(view.document or {"train": None}), kept=view.kept)


def _title(view: View) -> str:
    about = view.document["metadata"] if view.document else {}
    return str(about.get("name") or view.name or words.PRODUCT)


def _top() -> Html:
    drawn = tag("use", href="ui/mark.svg#mark")
    mark = tag("svg", drawn, class_="mark", viewBox="0 0 32 32", aria_hidden="true")
    return tag("header", tag("a", mark, tag("span", words.PRODUCT), class_="brand", href="ui"), class_="top")


def _head(view: View) -> Html:
    about = view.document["metadata"] if view.document else {}
    text = str(about.get("description") or about.get("summary") or "").strip()
    lede = text if len(text) <= LONGEST_LEDE else text[: LONGEST_LEDE - 1].rstrip() + "…"
    rest = _folded(words.REST, tag("p", text, class_="text")) if lede != text else None
    title = tag("h1", _title(view))
    return tag("div", title, tag("p", lede, class_="lede text") if lede else None, rest, class_="page-head")


def _body(view: View) -> Html:
    if view.document is None:
        return _waiting(view)
    path = f"v2/models/{quote(str(view.document['name']), safe='')}"
    return joined([_not_now(view), _predict(view, path), _train(view, path), _about(view.document)])


def _waiting(view: View) -> Html:
    failed = view.status == "failed"
    title, text = (words.FAILED, words.FAILED_TEXT) if failed else (words.LOADING, words.LOADING_TEXT)
    sign = icon("circle-x") if failed else tag("progress", aria_label=words.LOADING)
    reason = tag("pre", view.reason, data_reason=True, tabindex="0") if failed else None
    so_far = tag("p", class_="small js-only", data_elapsed=True)
    again = tag("noscript", tag("p", tag("a", words.LOOK_AGAIN, class_="button", href="ui")))
    look = "empty failed" if failed else "empty"
    return tag(
        "div",
        sign,
        tag("h2", title),
        reason,
        tag("p", text),
        so_far,
        again,
        class_=look,
        data_waiting=view.status,
    )


def _not_now(view: View) -> Html | None:
    if view.status == "ready":
        return None
    told = tag("div", tag("strong", words.WAIT), tag("p", view.reason), tag("p", words.WAIT_TEXT))
    return tag("div", icon("triangle-alert"), told, class_="notice tone-warn", data_waiting=view.status)


def _predict(view: View, path: str) -> Html:
    if not view.predicts:
        return tag("p", words.PREDICTIONS_OFF, class_="muted")
    assert view.document is not None
    form = fields(view.document["predict"]["schema"], "predict")
    inside = form_fields(form) if form else tag("p", words.NO_ARGUMENTS, class_="muted")
    asked = _form("predict", f"{path}/predict/", inside, words.PREDICT, "zap")
    empty = tag(
        "div",
        icon("zap"),
        tag("h2", words.EMPTY),
        tag("p", words.EMPTY_TEXT, class_="js-only"),
        tag("noscript", tag("p", words.EMPTY_PLAIN)),
        class_="empty",
    )
    shown = tag("div", empty, class_="stack", data_result=True, aria_live="polite")
    return tag("div", asked, tag("div", shown, _examples()), class_="ask")


def _train(view: View, path: str) -> Html | None:
    if view.document is None or view.document["train"] is None or not view.trains:
        return None
    form = train_fields(view.document)
    inside = form_fields(form) if form else tag("p", words.TRAINS_ALONE, class_="muted")
    asked = _form("train", f"{path}/train/", inside, words.TRAIN, "circle-play")
    shown = tag("div", data_result=True, aria_live="polite", class_="stack")
    known = tag("div", trainings(view), data_trainings=True)
    asking = _folded(words.TRAIN_NEW, asked, _examples(), name="advanced")
    return _section("trainings", words.TRAININGS, asking, shown, known)


def _form(verb: str, path: str, inside: Html, word: str, symbol: str) -> Html:
    """A form that a browser sends to `/ui/VERB` by itself, and a script to the contract's own `path`."""
    stop = tag("button", words.CANCEL, type="button", class_="button", data_cancel=True)
    at_work = tag("span", words.WORKING, role="status")
    meter = tag("progress", aria_label=words.WORKING)
    so_far = tag("span", class_="muted", data_elapsed=True)
    return tag(
        "form",
        tag("div", data_errors=True),
        inside,
        tag("p", tag("button", icon(symbol), word, type="submit", class_="button primary"), class_="actions"),
        tag("div", meter, at_work, so_far, stop, class_="working", hidden=True, data_working=True),
        class_="form",
        id=verb,
        method="post",
        action=f"ui/{verb}",
        enctype="multipart/form-data",
        data_ask=path,
    )


def _examples() -> Html:
    return tag("div", class_="examples js-only", data_examples=True)


def _about(document: Mapping[str, Any]) -> Html:
    about = document["metadata"]
    known = [(word, about[key]) for key, word in words.FACTS.items() if _is_fact(about.get(key))]
    rows = [tag("div", tag("dt", word), tag("dd", _fact(value))) for word, value in known]
    facts = tag("dl", rows, class_="facts") if rows else None
    return _section("about", words.ABOUT, facts, _folded(words.EVERYTHING, tree(about)))


def _is_fact(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, str) for one in value)
    return isinstance(value, str | int | float) and value != ""


def _fact(value: Any) -> Html:
    text = ", ".join(value) if isinstance(value, list) else written(value)
    is_address = text.startswith(("https://", "http://"))
    return tag("a", text, href=text, rel="noreferrer") if is_address else joined(text)


def _section(name: str, title: str, *content: Content) -> Html:
    return tag("section", tag("h2", title), *content, class_="section", id=name)


def _folded(title: str, *content: Content, name: str = "all-of-it") -> Html:
    return tag("details", tag("summary", title), *content, class_=name)


def _foot() -> Html:
    links = [("api", words.REFERENCE), ("swagger.json", "Swagger"), ("description", "JSON Schema")]
    named = [tag("a", text, href=path) for path, text in links]
    return tag("footer", named, tag("span", f"{words.PRODUCT} {__version__}"), class_="foot")
