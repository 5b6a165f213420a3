"""Content of strangers that was made to do something does nothing: one case for each kind of attack.

A stranger gives us text to show (Markdown, HTML, SVG), a metadata file (YAML), an address to read from, and
a path inside a repository. Each case goes the way that its kind goes in the platform, and must come out
as harmless text or as an error with a line; `{mark}` is a file that no attack may manage to make.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fairhaven.catalog.metadata import MAX_BYTES, parse, write
from fairhaven.catalog.metadata.mending import fix
from fairhaven.core import sources
from fairhaven.core.markdown import render
from fairhaven.core.sources import addresses

BASE = "https://raw.example.org/org/repo/main/"
ACTIVE = set(
    """
    script style iframe frame frameset object embed applet svg math form input button select textarea base
    meta link template video audio source body html head title noscript portal marquee bgsound layer param
    """.split()  # noqa: SIM905
)
SOUND = """\
metadata_version: 3.0.0
title: Digits
summary: Reads a digit.
description: Reads a digit.
version: 1.0.0
license: MIT
authors: [{name: Ada}]
links: {source_code: https://example.edu/digits}
libraries: [Other]
tasks: [Other]
categories: [AI4 inference]
tags: [digits]
"""

SHOWN = {
    "a script": "<script>alert(1)</script>",
    "a script from elsewhere": "<SCRIPT SRC=https://x.example/x.js></SCRIPT>",
    "a script inside a script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "a script in a comment": "<!--><script>alert(1)</script>-->",
    "an error handler": "<img src=x onerror=alert(1)>",
    "a load handler without quotes": "<img/src=https://x.example/y.png/onload=alert(1)>",
    "a mouse handler in a link": "<a href=https://x.example onmouseover=alert(1)>x</a>",
    "a focus handler": "<a autofocus onfocus=alert(1) href=https://x.example>x</a>",
    "an animation handler": "<b style='animation:x' onanimationstart=alert(1)>x</b>",
    "a toggle handler": "<details open ontoggle=alert(1)><summary>s</summary></details>",
    "a pointer handler on a heading": "<h1 onpointerenter=alert(1)>x</h1>",
    "a javascript link": "[x](javascript:alert(1))",
    "a javascript link in capitals": "<a href=JaVaScRiPt:alert(1)>x</a>",
    "a javascript link with a tab": '<a href="java\tscript:alert(1)">x</a>',
    "a javascript link in entities": "<a href=&#106;avascript&colon;alert(1)>x</a>",
    "a javascript autolink": "<javascript:alert(1)>",
    "a javascript reference": "[x]\n\n[x]: javascript:alert(1)",
    "a javascript image": "![x](javascript:alert(1))",
    "a vbscript link": "<a href=vbscript:msgbox(1)>x</a>",
    "a data page": "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "a data image with a script": "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "a blob link": "[x](blob:https://x.example/1)",
    "a file link": "[x](file:///etc/passwd)",
    "an image over http": "![x](http://x.example/track.png)",
    "an image without scheme": "<img src=//x.example/track.png>",
    "an svg with a handler": "<svg onload=alert(1)>",
    "an svg with a script": "<svg><script>alert(1)</script></svg>",
    "an svg with an animation": "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "an svg that uses another": "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)/>#x'/></svg>",
    "an svg with a foreign object": "<svg><foreignObject><iframe src=javascript:1></foreignObject></svg>",
    "an svg with a link": "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "an svg with an entity": "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
    "a mutation through math": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;'
    + 'img src=1 onerror=alert(1)&gt;">',
    "a mutation through noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "a style sheet": "<style>@import 'https://x.example/x.css';</style>",
    "a style with an address": "<p style='background:url(https://x.example/track.png)'>x</p>",
    "a frame": "<iframe src=https://x.example srcdoc='<script>alert(1)</script>'></iframe>",
    "an object": "<object data='javascript:alert(1)'></object><embed src=https://x.example/x.swf>",
    "a form": "<form action=https://x.eu><input name=q><button formaction=javascript:1>x</button></form>",
    "another base": "<base href=https://x.example/>",
    "a refresh": "<meta http-equiv=refresh content='0;url=https://x.example'>",
    "a clobbered name": "<a id=main name=body class=topbar>x</a><img name=cookie src=https://x.example/y>",
    "a title that breaks out": '[a](https://x.example "\\" onmouseover=alert(1) x=\\"")',
    "an alternative text that breaks out": '![a" onerror="alert(1)](https://x.example/y.png)',
    "a code fence that breaks out": '```html" onclick="alert(1)\n<script>alert(1)</script>\n```',
    "a template of ours": "{{ config.__class__ }} {% import 'os' as os %}{{ os.system('id') }}",
    "a htmx attribute": "<div hx-get=/catalog hx-trigger=load data-hx-post=/api/v1/tokens>x</div>",
    "thousands of open tags": "<b>" * 8_000 + "\n\nx" * 300,
    "thousands of nested quotes": ">" * 20_000,
    "thousands of brackets": "[" * 5_000 + "](x" * 500,
}
YAML = {
    "a billion laughs": "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)),
    "a billion laughs of mappings": "a0: &a0 {x: y}\n"
    + "".join(f"a{i}: &a{i} {{a: *a{i - 1}, b: *a{i - 1}, c: *a{i - 1}}}\n" for i in range(1, 20)),
    "laughs by merging": "a0: &a0 {x: y}\n"
    + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}], k{i}: *a{i - 1}}}\n" for i in range(1, 30)),
    "an alias of itself": "tags: &tags [*tags]",
    "a mapping that merges itself": "links: &links {<<: *links}",
    "a chain of aliases": "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 500)),
    "nesting without end": "[" * 20_000,
    "blocks without end": "- " * 10_000,
    "a Python object": "title: !!python/object/apply:os.system ['touch {mark}']",
    "a Python module": "title: !!python/module:antigravity",
    "a Python object, in full": "title: !<tag:yaml.org,2002:python/object/new:os.system> ['touch {mark}']",
    "a Java object": "title: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
    "a Ruby object": "title: !ruby/object:Gem::Installer {i: x}",
    "a tag with a handle of its own": "%TAG !x! tag:yaml.org,2002:python/\n---\ntitle: !x!object:os.system x",
    "binary content": "title: !!binary aW1wb3J0IG9z",
    "a set and an ordered map": "tags: !!set {a, b}\nlinks: !!omap [a: b]",
    "a number of fifty thousand digits": "resources: {inference: {cpu: " + "9" * 50_000 + "}}",
    "a number beyond all floats": "evaluations: [{metrics: [{name: x, value: 1e999999}]}]",
    "no number": "evaluations: [{metrics: [{name: x, value: .nan}]}]",
    "a number in base sixty": "resources: {inference: {cpu: 1:00:00}}",
    "a key that is a list": "? [a, b]\n: c",
    "a key of twenty thousand letters": "k" * 20_000 + ": x",
    "the key of every object": "__proto__: {admin: true}\nconstructor: {prototype: {admin: true}}\n"
    "authors: [{name: Ada, __class__: x}]",
    "a list without end": "tags: [" + "x, " * 5_000 + "]",
    "a file beyond the limit": "#" * (MAX_BYTES + 1),
    "a null in a text": 'title: "a\\0b"',
    "half a character": 'title: "\\ud800"',
    "text that turns around": 'title: "\\u202egnp.exe"\nmodel: x',
    "a second document": "title: a\n---\n!!python/object:os.system x",
    "a shell in a text": "title: $(touch {mark}) `touch {mark}`; touch {mark}\nlicense: $(touch {mark})",
    "an include": "title: !include /etc/passwd",
    "a path out of the repository": "files: [{path: ../../../etc/passwd}]",
    "a path out through a blank": "files: [{path: 'models/ ../x'}]",
    "a path with a null": 'files: [{path: "weights\\0.sh"}]',
    "a path of a device": "files: [{path: 'C:\\Windows\\x'}, {path: '\\\\host\\share'}]",
    "a path that is an option": "files: [{path: --checkpoint-action=exec=sh}]",
    "an address of this machine's files": "links: {source_code: 'file:///etc/passwd'}",
    "an address that is a program": "links: {source_code: 'ext::sh -c touch% {mark}'}",
    "an address with markup": "links: {source_code: 'https://x.example/\"><script>alert(1)</script>'}",
    "an image with an option": "links: {docker_image: '--privileged alpine'}",
    "an image with a command": "links: {docker_image: 'alpine; touch {mark}'}",
}
ADDRESSES = {
    "a program as transport": "ext::sh -c touch% {mark}",
    "a descriptor as transport": "fd::17/foo",
    "an option for git": "--upload-pack=touch {mark}",
    "an option behind a blank": " --upload-pack=touch {mark}",
    "an option as host": "ssh://-oProxyCommand=touch%20{mark}/x",
    "an option as user": "ssh://-oProxyCommand=x@example.edu/x",
    "an option as user, short": "-oProxyCommand@example.edu:x",
    "an option as host, short": "git@-oProxyCommand:x",
    "an option as path, short": "git@example.edu:--upload-pack=x",
    "a line break": "https://example.edu/x\n[core]\nsshCommand=touch {mark}",
    "a password": "https://user:secret@example.edu/x",
    "a query": "https://example.edu/x?service=git-receive-pack",
    "another protocol": "gopher://example.edu/x",
    "an old protocol": "git://example.edu/x",
    "a path that goes up": "/srv/../etc",
    "a file address that goes up": "file:///srv/%2e%2e/etc",
    "a share of another machine": "file://example.edu/etc",
    "a path with a null": "/srv/x\0.git",
    "a host without end": "https://" + "a" * 600 + "/x",
}


def cases(kinds: dict[str, str]) -> list[object]:
    return [pytest.param(text, id=kind) for kind, text in kinds.items()]


class Page(HTMLParser):
    """Tags and attributes as a parser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


@pytest.mark.parametrize("text", cases(SHOWN))
@pytest.mark.parametrize("around", ["{}", "text {} *more*", "> - {}\n"])
def test_shown_content_does_nothing(text: str, around: str) -> None:
    page = Page(render(around.replace("{}", text), base_url=BASE))
    assert not page.tags & ACTIVE
    for name, value in page.attributes:
        assert not name.startswith(("on", "hx-", "data-")), (name, value)
        assert name not in ("style", "id", "name", "srcdoc", "formaction", "xlink:href"), (name, value)
        if name == "href":
            assert re.match(r"https?://|mailto:", value), value
        if name == "src":
            assert value.startswith("https://"), value
        if name == "class":
            assert re.fullmatch(r"language-[\w+#-]+", value), value


@pytest.mark.parametrize("text", cases(SHOWN))
def test_the_same_content_in_metadata_is_only_text(text: str) -> None:
    sound = parse(SOUND).metadata
    assert sound is not None
    hostile = sound.model_copy(
        update={"title": text.strip(), "description": text.strip(), "tags": (text.strip(),)}
    )
    report = parse(write(hostile))
    assert report.metadata == hostile


@pytest.mark.parametrize("text", cases(YAML))
def test_a_hostile_metadata_file_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    given = text.replace("{mark}", str(mark))
    keys = {line.split(":")[0] for line in given.splitlines()}
    mixed = "".join(line for line in SOUND.splitlines(keepends=True) if line.split(":")[0] not in keys)
    for whole in (given, f"{mixed}{given}\n"):
        report = parse(whole)
        assert len(report.model_dump_json()) < 2 * MAX_BYTES
        assert len(report.problems) <= 100
        assert report.problems
        assert report.problems[0].line >= 1
        fix(whole)
    assert not mark.exists()


@pytest.mark.parametrize("text", cases(ADDRESSES))
def test_a_hostile_address_is_not_opened(text: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(sources.SourceProblem):
        addresses.read(text.replace("{mark}", str(mark)))
    assert not mark.exists()


def test_there_are_more_than_a_hundred_kinds() -> None:
    assert len(SHOWN) >= 50
    assert len(YAML) + len(ADDRESSES) >= 50
