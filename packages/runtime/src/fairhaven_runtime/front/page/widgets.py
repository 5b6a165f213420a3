"""Draws the fields of a form; a script reads the `data-` attributes, a browser alone needs none of them."""

import json
from collections.abc import Sequence

from fairhaven_runtime.front.page import words
from fairhaven_runtime.front.page.fields import Field
from fairhaven_runtime.front.page.hints import written
from fairhaven_runtime.front.page.markup import Html, joined, tag

MOST_SHOWN = 8
FOLDED_FROM = 11


def form_fields(form: Sequence[Field]) -> Html:
    """All fields; folded are those marked so and, of many, the optional ones after the first few."""
    most = len(form) if len(form) < FOLDED_FROM else MOST_SHOWN
    shown = [
        each for number, each in enumerate(form) if _is_needed(each) or (number < most and not each.advanced)
    ]
    folded = [each for each in form if each not in shown]
    summary = tag("summary", words.MORE, " ", tag("span", len(folded), class_="count"))
    more = tag("details", summary, [field(each) for each in folded], class_="advanced") if folded else None
    return joined([[field(each) for each in shown], more])


def field(one: Field) -> Html:
    """One field with its label above and its help below."""
    draw = {"group": _group, "multi": _multi, "boolean": _checkbox}.get(one.widget, _labelled)
    return draw(one)


def icon(name: str) -> Html:
    return tag("svg", tag("use", href=f"ui/icons.svg#{name}"), class_="icon", aria_hidden="true")


def _is_needed(one: Field) -> bool:
    return one.required or one.widget == "file"


def _labelled(one: Field) -> Html:
    label = tag("label", one.label, None if one.required else _optional(one), for_=one.id)
    return _box("div", one, label, _control(one), _help(one))


def _optional(one: Field) -> Html | None:
    """The word, unless a value stands there already."""
    return joined([" ", tag("span", words.OPTIONAL, class_="optional")]) if one.default is None else None


def _control(one: Field) -> Html:
    match one.widget:
        case "select" | "either":
            return _select(one)
        case "file":
            return _drop(one)
        case "long" | "lines" | "json" | "any":
            return _textarea(one)
    return _input(one)


def _input(one: Field) -> Html:
    number = one.widget in ("integer", "number")
    return tag(
        "input",
        id=one.id,
        name=one.name,
        type="number" if number else one.kind,
        value="" if one.default is None else written(one.default),
        required=one.enforced,
        min=one.minimum if number else None,
        max=one.maximum if number else None,
        step={"integer": "1", "number": "any"}.get(one.widget),
        placeholder=one.example or None,
        aria_describedby=_described(one),
    )


def _textarea(one: Field) -> Html:
    code = one.widget in ("json", "any")
    return tag(
        "textarea",
        "\n",  # browsers drop the first line break
        _text(one),
        id=one.id,
        name=one.name,
        rows={"json": 5, "any": 2}.get(one.widget, 3),
        placeholder=one.example or None,
        class_="code" if code else None,
        spellcheck="false" if code else None,
        required=one.enforced,
        aria_describedby=_described(one),
    )


def _text(one: Field) -> str:
    if one.default is None:
        return ""
    if one.widget == "lines" and isinstance(one.default, list):
        return "\n".join(map(written, one.default))
    if isinstance(one.default, str):
        return json.dumps(one.default) if one.widget == "json" else one.default
    return json.dumps(one.default, indent=2, ensure_ascii=False)


def _select(one: Field) -> Html:
    blank = words.CHOOSE if one.required else words.NOT_SET
    leave = tag("option", blank, value="") if one.default is None or one.cleared else None
    options = [
        tag(
            "option",
            choice.label,
            value=choice.text,
            selected=choice.value == one.default and type(choice.value) is type(one.default),
            data_json=_json(choice.value),
        )
        for choice in one.choices
    ]
    about = {"required": one.enforced, "aria_describedby": _described(one)}
    return tag("select", leave, options, id=one.id, name=one.name, **about)


def _drop(one: Field) -> Html:
    about = {"accept": one.accept or None, "multiple": one.several, "required": one.enforced}
    chooser = tag("input", id=one.id, name=one.name, type="file", aria_describedby=_described(one), **about)
    text = tag("span", words.DROP_MANY if one.several else words.DROP, class_="js-only")
    files = tag("ul", class_="drop-files", aria_live="polite")
    return tag("div", icon("upload"), tag("div", text, chooser), files, class_="drop", data_drop=True)


def _checkbox(one: Field) -> Html:
    box = tag(
        "input",
        id=one.id,
        name=one.name,
        type="checkbox",
        value="true",
        checked=one.default is True,
        aria_describedby=_described(one),
    )
    return _box("div", one, tag("label", box, " ", one.label), _help(one), look="check")


def _multi(one: Field) -> Html:
    given = one.default if isinstance(one.default, list) else []
    boxes = [
        tag(
            "label",
            tag(
                "input",
                type="checkbox",
                name=one.name,
                value=choice.text,
                checked=choice.value in given,
                data_json=_json(choice.value),
            ),
            " ",
            choice.label,
        )
        for choice in one.choices
    ]
    legend = tag("legend", one.label, None if one.required else _optional(one))
    return _box("fieldset", one, legend, tag("div", boxes, class_="choices"), _help(one), reached=True)


def _group(one: Field) -> Html:
    """An object: its fields count when it is needed, or when its box is ticked."""
    inner = tag("div", [field(each) for each in one.inner], class_="inner")
    tick = None
    if not one.required:
        given = one.default is not None
        box = tag("input", type="checkbox", name=one.name, value="true", checked=given, data_include=True)
        tick = tag("label", box, " ", words.INCLUDE, class_="include")
    return _box(
        "fieldset", one, tag("legend", one.label), _help(one), tick, inner, look="group", reached=True
    )


def _box(element: str, one: Field, *content: Html | None, look: str = "", reached: bool = False) -> Html:
    return tag(
        element,
        *content,
        class_=f"field {look}".strip(),
        id=one.id if reached else None,
        tabindex="-1" if reached else None,
        aria_describedby=_described(one) if reached else None,
        data_key=one.key,
        data_label=one.label,
        data_widget=one.widget,
        data_item=one.item or None,
        data_place=one.place or None,
        data_cleared=one.cleared or None,
        data_delimiter=one.delimiter or None,
    )


def _help(one: Field) -> Html | None:
    return tag("p", one.help, class_="help", id=f"{one.id}-help") if one.help else None


def _described(one: Field) -> str | None:
    return f"{one.id}-help" if one.help else None


def _json(value: object) -> str | None:
    """The value as JSON where its text is not the value itself."""
    return None if isinstance(value, str) else json.dumps(value)
