"""Markdown of strangers: what it looks like, and that nothing of it can act in our page."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from fairhaven.core.markdown import CUT_NOTE, MAX_CHARACTERS, parted, render

BASE = "https://raw.example.org/org/repo/main/"
VOID = {"br", "hr", "img", "wbr"}
ALLOWED_ATTRIBUTES = {
    "href", "rel", "src", "alt", "title", "width", "height", "align", "colspan", "rowspan", "scope", "start",
    "open", "loading", "referrerpolicy", "class", "tabindex",
}  # fmt: skip


class Page(HTMLParser):
    """Tags and attributes as a parser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def assert_harmless(html: str) -> None:
    page = Page(html)
    assert not set(page.tags) & {
        "script", "style", "iframe", "object", "embed", "svg", "math", "form", "input", "base", "meta",
        "link", "template", "h1", "h2", "video", "audio", "body", "html", "textarea", "button",
    }  # fmt: skip
    for tag, name, value in page.attributes:
        assert name in ALLOWED_ATTRIBUTES, (tag, name)
        if name == "tabindex":
            assert (tag, value) in (("pre", "0"), ("table", "0")), tag
        if name == "href":
            assert re.match(r"https?://|mailto:", value), value
        if name == "src":
            assert value.startswith("https://"), value
        if name == "class":
            assert re.fullmatch(r"language-[\w+#-]+|picture", value), value
    assert all(" rel=" in tag for tag in re.findall(r"<a[ >][^>]*", html))


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://x.io/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"https://x/y.png\" onload='alert(1)'>",
    "<img/src=https://x/y.png/onerror=alert(1)>",
    "<IMG SRC=javascript:alert('XSS')>",
    "<IMG SRC=`javascript:alert(1)`>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    "<a href=\"java\tscript:alert(1)\">x</a>",
    "<a href=\"java&#x0A;script:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href=//evil.example onclick=alert(1)>x</a>",
    "<a href=vbscript:x>x</a> <a href=data:text/html;base64,PHN2Zz4=>y</a>",
    "[x](javascript:alert(1)) [y](JaVaScRiPt&colon;alert(1)) ![z](javascript:alert(1))",
    "[x](javascript&#58;alert(1)) <javascript:alert(1)>",
    "[a](https://x.io \"onmouseover=alert(1)\" )",
    "[a](https://x.io \"\\\" onmouseover=alert(1) x=\\\"\")",
    "![a\" onerror=\"alert(1)](https://x.io/y.png)",
    "![<img src=x onerror=alert(1)>](https://x.io/y.png)",
    "![<img>](http://x.io/y.png) ![<script>alert(1)</script>](ftp://x)",
    "<img alt='<img>' src=https://x/y> <img alt='\"><script>alert(1)</script>' src=https://x/y>",
    "<img alt=\"<h1 onclick=x>\"> <b title='<h1>' class=x>z</b>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<style>@import 'https://x';</style><p style=\"background:url(javascript:1)\">x",
    "<iframe src=https://x.io srcdoc='<script>1</script>'></iframe><object data=x></object><embed src=x>",
    "<form action=https://x.io><input name=q><button formaction=javascript:1>go</button></form>",
    "<base href=https://x.io/><meta http-equiv=refresh content='0;url=https://x.io'><link rel=icon href=x>",
    "<body onload=alert(1)><html onclick=1><frameset onload=1>",
    "<details open ontoggle=alert(1)><summary>s</summary>x</details>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=1>",
    "<template><script>alert(1)</script></template><plaintext><xmp><b onclick=1>",
    "<!--><script>alert(1)</script>--> <![CDATA[<script>alert(1)</script>]]> <?php echo 1 ?>",
    "```html onclick=alert(1)\" x\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>` &lt;script&gt;alert(1)&lt;/script&gt;",
    "<img class='fit', src='javascript:alert(1)', onerror='alert(1)'/>",
    "<img class=''fit'', src=''x onerror=alert(1) y''/>",
    "<p id=main name=x class=topbar aria-hidden=true>clobber</p><a name=body id=x>y</a>",
    "<h1 onclick=x>a</h1><h7>b</h7># not\n\n# yes",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("base_url", [None, BASE])
def test_an_attack_comes_out_harmless(attack: str, base_url: str | None) -> None:
    assert_harmless(render(attack, base_url=base_url))
    assert_harmless(render(f"text {attack} *more*\n\n> - {attack}\n", base_url=base_url))
    linked = render(f"{attack}\n\n[{attack}](https://x.io) {attack}", base_url=base_url, pictures=False)
    assert_harmless(linked)
    assert "<img" not in linked


PIECES = st.lists(
    st.sampled_from(
        [
            *ATTACKS,
            *"<>\"'`=/[]()!#*&;:\n ",
            "javascript:",
            "onerror=",
            "<a href=",
            "<img src=",
            "alt=",
            "&#58;",
            "<b>",
        ]
    ),
    max_size=12,
).map("".join)


@given(st.text(st.characters(), max_size=200) | PIECES, st.sampled_from([None, BASE]))
def test_nothing_that_acts_ever_comes_out(text: str, base_url: str | None) -> None:
    assert_harmless(render(text, base_url=base_url))


@given(
    PIECES,
    st.sampled_from(
        ["javascript:alert(1)", "//evil", "x", "data:,x", "https://a/", "http://a/", "https://["]
    ),
)
def test_no_base_makes_it_act(text: str, base_url: str) -> None:
    assert_harmless(render(text, base_url=base_url))


def test_markdown_becomes_html_that_a_template_does_not_escape() -> None:
    html = render("Some *emphasis*, ~~not~~ and `code`.")
    assert isinstance(html, Markup)
    assert html == "<p>Some <em>emphasis</em>, <s>not</s> and <code>code</code>.</p>\n"


def test_headings_move_two_levels_down_however_they_are_written() -> None:
    assert re.findall(r"<(h\d)>", render("# a\n\n## b\n\n<h1>c</h1>\n\n##### d\n")) == [
        "h3",
        "h4",
        "h3",
        "h6",
    ]


def test_tables_keep_their_alignment() -> None:
    assert '<td align="right">1</td>' in render("|a|\n|-:|\n|1|\n")


def test_relative_addresses_are_resolved_against_the_base() -> None:
    html = render("![p](img/p.png) [d](../docs/d.md) [s](#part)", base_url=BASE)
    assert f'src="{BASE}img/p.png"' in html
    assert 'href="https://raw.example.org/org/repo/docs/d.md"' in html
    assert f'href="{BASE}#part"' in html


def test_without_a_base_relative_addresses_are_dropped_and_their_words_kept() -> None:
    html = render("![picture](img/p.png) [words](../docs/d.md)")
    assert "src" not in html
    assert "href" not in html
    assert "picture" in html
    assert "words" in html


def test_an_image_that_is_not_https_leaves_its_description() -> None:
    assert render("![a cat](http://x.io/cat.png)") == "<p>a cat</p>\n"
    assert render("![a cat](data:image/png;base64,AA)") == "<p>a cat</p>\n"


def test_an_image_always_has_a_text_and_tells_no_one_who_looks() -> None:
    html = render("<img class='fit', src='https://x.io/y.png'/>")
    assert (
        html == '<p><img src="https://x.io/y.png" alt="" loading="lazy" referrerpolicy="no-referrer"></p>\n'
    )


def test_pictures_become_links_that_are_never_inside_another() -> None:
    html = render("![a *cat*](i/cat.png) ![](https://x.io/b/dog.png?x=1)", base_url=BASE, pictures=False)
    assert re.findall(r'class="picture" href="(\S+)"[^>]*>([^<]+)<', html) == [
        (f"{BASE}i/cat.png", "a cat"),
        ("https://x.io/b/dog.png?x=1", "dog.png"),
    ]
    badge = render("[![build](https://x.io/badge.svg)](https://x.io/ci)", pictures=False)
    assert re.findall(r"<a [^>]*href=\"([^\"]+)\"[^>]*>([^<]*)</a>", badge) == [("https://x.io/ci", "build")]


def test_pictures_that_we_have_are_shown_from_our_own_site_and_no_others() -> None:
    own = {"samples/a b.png": "/id/module/x@1/files/samples/a%20b.png"}
    text = "![one](samples/a%20b.png) <img src='./samples/a b.png'> ![two](/id/other.png) ![three](https://x.io/3.png)"
    html = render(text, base_url=BASE, pictures=False, own=own)
    assert re.findall(r'src="([^"]*)"', html) == [own["samples/a b.png"]] * 2
    assert f'href="{BASE.rstrip("/").rpartition("/org")[0]}/id/other.png"' in html
    assert_harmless(html.replace(f'src="{own["samples/a b.png"]}"', ""))


def test_a_long_text_is_parted_between_blocks_and_each_part_has_the_links_that_it_needs() -> None:
    text = "# A\n\nSee [this][1].\n\n" + "word " * 300 + "\n\n## B\n\n```\n# no heading\n\n" + "x\n" * 3000
    first, rest = parted(text + "```\n\n[1]: https://x.io/one\n", 4000)
    assert rest.startswith("## B")
    assert first.startswith("# A") and "## B" not in first and len(first) < 1800
    assert 'href="https://x.io/one"' in render(first)
    assert parted("short") == ("short", "")
    assert [len(each) for each in parted("x" * 10_000, 4000)] == [4000, 6000]


def test_links_are_not_endorsed() -> None:
    assert 'rel="nofollow noopener noreferrer"' in render("[x](https://x.io)")


def test_the_same_text_gives_the_same_html() -> None:
    text = '![a](https://x.io/y.png "t") <img width=3 height=4 src=https://x.io/z.png title=u>'
    assert len({render(text) for _ in range(20)}) == 1


def test_a_long_text_is_cut_with_a_note() -> None:
    html = render("word " * MAX_CHARACTERS)
    assert CUT_NOTE in html
    assert len(html) < MAX_CHARACTERS + 200
    assert CUT_NOTE not in render("word")


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 40_000,
        "".join(f"<b title={i}>" for i in range(500)) + "\n\nx" * 30_000,
        ">" * 200_000,
        "[" * 100_000,
        "<img " * 40_000,
    ],
    ids=["nested", "attributes", "quotes", "brackets", "unclosed"],
)
def test_hostile_lengths_end_soon(text: str) -> None:
    started = perf_counter()
    assert_harmless(render(text))
    assert perf_counter() - started < 20


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\ufeff", "a\r\nb", "\u2028"])
def test_odd_characters_are_no_trouble(text: str) -> None:
    assert_harmless(render(text))


def test_real_descriptions_show_their_images(real_descriptions: dict[str, str]) -> None:
    for name, description in real_descriptions.items():
        html = render(description)
        assert_harmless(html)
        assert "&lt;img" not in html, name
        assert html.count("<img ") == description.count("<img "), name


@pytest.fixture(scope="module")
def real_descriptions() -> dict[str, str]:
    """Descriptions of published modules; they lie beside the repository and are not part of it."""
    from ruamel.yaml import YAML

    folder = Path(__file__).parents[4] / "shared" / "data" / "modules"
    files = sorted(folder.glob("*.yml"))
    if not files and os.environ.get("CI") == "true":
        pytest.fail(f"CI must have the real metadata files, but {folder} is empty or absent")
    if not files:
        pytest.skip(f"the real metadata files are absent: {folder}")
    found = {}
    for file in files:
        reader = YAML(typ="safe", pure=True)
        reader.allow_duplicate_keys = True
        found[file.name] = reader.load(file.read_text(encoding="utf-8"))["description"]
    return found
