"""What can be a logo: pictures that only draw."""

import base64

import pytest

from fairhaven.projects.logos import MOST, NotALogo, kind_of

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WEBP = base64.b64decode("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=")
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 8 8">'
    '<defs><linearGradient id="a"><stop stop-color="#123"/></linearGradient></defs>'
    '<style>.b { fill: url(#a) }</style><use xlink:href="#c"/>'
    '<circle id="c" class="b" cx="4" cy="4" r="3"/>%s'
    "</svg>"
)


def test_pictures_are_known_by_what_they_are():
    assert kind_of(PNG) == "image/png"
    assert kind_of(WEBP) == "image/webp"
    assert kind_of((SVG % "").encode()) == "image/svg+xml"
    assert kind_of(b'<?xml version="1.0" encoding="UTF-8"?>\n' + (SVG % "").encode()) == "image/svg+xml"


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ("<script>alert(1)</script>", "element `script`"),
        ('<circle onload="alert(1)"/>', "program in `onload`"),
        ("<foreignObject/>", "element `foreignObject`"),
        ('<image href="https://evil.example/a.png"/>', "element `image`"),
        ('<use href="https://evil.example/a.svg#b"/>', "something outside"),
        ('<a xlink:href="javascript:alert(1)"><circle/></a>', "something outside"),
        ('<animate attributeName="href" to="javascript:alert(1)"/>', "element `animate`"),
        ('<set attributeName="onclick" to="alert(1)"/>', "element `set`"),
        ("<style>@import url(https://evil.example)</style>", "style sheet"),
        ("<style>.a { fill: u\\72l(https://evil.example) }</style>", "style sheet"),
        ('<circle style="fill: url(https://evil.example)"/>', "something outside"),
        ('<circle fill="url( https://evil.example#a)"/>', "something outside"),
        ('<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>', "element `script`"),
        ('<iframe xmlns="http://www.w3.org/1999/xhtml" src="x"/>', "element `iframe`"),
        ("<feImage/>", "element `feImage`"),
        ('<?xml-stylesheet href="https://evil.example"?>', "instructions"),
    ],
)
def test_an_svg_that_does_more_than_draw_is_refused_with_what_was_found(part, why):
    with pytest.raises(NotALogo, match=why):
        kind_of((SVG % part).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html></html>",
        b"<svg>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<?xml version="1.0" encoding="utf-16"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"\x89PNG\r\n\x1a\n",
        PNG[:16] + b"\x00\x01\x00\x00" + PNG[20:],
        b"RIFF\x00\x00\x00\x00WEBP",
        PNG + b"\x00" * MOST,
        "<svg xmlns='http://www.w3.org/2000/svg'/>".encode("utf-16"),
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g>" * 50_000,
    ],
)
def test_anything_else_is_refused(content):
    with pytest.raises(NotALogo):
        kind_of(content)
