"""Macros escape what they are given and say every state in words."""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError

from fairhaven.ui import environment, forms, samples
from fairhaven.ui.environment import templates
from fairhaven.ui.icons import ICONS

EVIL = '"><script>alert(1)</script>'
UI = Path(environment.__file__).parent


@pytest.fixture(scope="module")
def env() -> Environment:
    return templates()


def group(name: str, value: str, *selected: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": name,
        "selected": selected,
        "options": [{"value": value, "label": value}],
    }


def show(env: Environment, source: str, **values: Any) -> str:
    return env.from_string(source).render(values)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ui.state(evil, evil) }}",
        "{{ ui.chip(evil, href=evil) }}",
        "{{ ui.notice(evil, title=evil, href=evil, action=evil) }}",
        "{{ ui.breadcrumb([(evil, evil)]) }}",
        "{{ ui.tabs([(evil, evil, true, 3)]) }}",
        "{{ ui.facts([(evil, evil)]) }}",
        "{{ ui.code(evil, evil) }}",
        "{{ ui.log([evil], evil) }}",
        "{{ ui.stages([{'name': evil, 'state': evil, 'reason': evil, 'log': [evil]}]) }}",
        "{{ ui.json_tree({evil: [evil]}) }}",
        "{{ ui.result({evil: 1.0}) }}",
        "{{ ui.data_table([evil], [[evil]]) }}",
        "{{ ui.download(evil, evil, evil) }}",
        "{{ ui.compare(evil, evil, evil, evil) }}",
        "{{ ui.error_summary({evil: evil}) }}",
        "{{ ui.text(evil, evil, value=evil, help=evil, error=evil, placeholder=evil) }}",
        "{{ ui.textarea(evil, evil, value=evil) }}{{ ui.select(evil, evil, [(evil, evil)]) }}",
        "{{ ui.file_drop(evil, evil) }}{{ ui.checkbox(evil, evil) }}",
        "{{ ui.multi(evil, evil, [(evil, evil)]) }}",
        "{{ ui.button(evil, hx_get=evil) }}{{ ui.link_button(evil, evil) }}",
        "{{ ui.post_button(evil, evil, evil) }}",
        "{{ ui.delete_by_name(evil, evil, evil, evil, evil) }}",
        "{{ ui.facets([group(evil, evil)], '/') }}",
        "{{ ui.empty(evil, evil) }}{{ ui.failed(evil, evil, evil, evil, evil) }}",
        "{{ ui.no_permission(evil, evil) }}",
        "{% call(row) ui.table(evil, [evil], [evil]) %}<td>{{ row }}</td>{% endcall %}",
        "{{ ui.progress(evil, 3, text=evil) }}{{ ui.bars([(evil, 1)]) }}",
        "{{ ui.call_examples(evil, evil, evil) }}",
    ],
)
def test_nothing_that_people_write_becomes_markup(env: Environment, source: str) -> None:
    shown = show(env, source, evil=EVIL, group=group)
    assert "alert(1)" in shown
    assert "<script" not in shown


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "vbscript:x"]
)
def test_a_link_leads_nowhere_dangerous(env: Environment, address: str) -> None:
    shown = show(
        env, "{{ ui.chip('x', href=a) }}{{ ui.download('x', a) }}{{ ui.link_button('x', a) }}", a=address
    )
    assert shown.count('href="#"') == 3
    assert address.strip().lower() not in shown.lower()


@pytest.mark.parametrize("state", [name for name, _ in samples.STATES])
def test_each_state_has_an_icon_a_word_and_a_colour(env: Environment, state: str) -> None:
    shown = show(env, "{{ ui.state(state, 'because') }}", state=state)
    assert f'<span class="word">{state}</span>' in shown
    assert re.search(r"tone-(good|warn|bad|info|quiet)", shown)
    assert "because" in shown


def test_an_unknown_state_is_shown_as_it_is(env: Environment) -> None:
    assert "on_holiday".replace("_", " ") in show(env, "{{ ui.state('on_holiday') }}")


def test_a_table_says_why_it_is_empty(env: Environment) -> None:
    source = "{% call(row) ui.table('Modules', ['Name'], rows, filtered=f, clear='/catalog') %}{% endcall %}"
    assert "Nothing here yet" in show(env, source, rows=[], f=False)
    filtered = show(env, source, rows=[], f=True)
    assert "Nothing fits these filters" in filtered
    assert 'href="/catalog"' in filtered
    loading = show(env, source, rows=None, f=False)
    assert "Loading: Modules" in loading
    assert loading.count('class="bone"') == 5


def test_a_sorted_column_says_so_and_turns_round(env: Environment) -> None:
    source = "{% call(row) ui.table('M', columns, [1], url=url) %}<td>1</td>{% endcall %}"
    columns = [{"label": "Name", "sort": "name"}]
    assert 'href="/c?sort=name"' in show(env, source, url="/c", columns=columns)
    shown = show(env, source, url="/c?sort=name&cursor=x", columns=columns)
    assert 'aria-sort="ascending"' in shown
    assert 'href="/c?sort=-name"' in shown


def test_choosing_a_facet_toggles_it_and_goes_to_the_first_page(env: Environment) -> None:
    source = "{{ ui.facets([one], url) }}"
    assert 'href="/c?q=x&amp;t=a"' in show(env, source, url="/c?q=x&cursor=9", one=group("t", "a"))
    chosen = show(env, source, url="/c?q=x&t=a", one=group("t", "a", "a"))
    assert 'href="/c?q=x"' in chosen
    assert 'aria-current="true"' in chosen


def test_pages_go_on_only_when_there_is_more(env: Environment) -> None:
    source = "{{ ui.pagination(next, '/c?q=x', shown=50) }}"
    assert show(env, source, next=None).strip() == ""
    assert 'href="/c?q=x&amp;cursor=abc"' in show(env, source, next="abc")


def test_a_schema_is_drawn_field_by_field(env: Environment) -> None:
    shown = show(env, "{{ ui.fields(fields) }}", fields=forms.fields(samples.SCHEMA))
    for name in samples.SCHEMA["properties"]:
        assert f'name="{name}"' in shown
    assert re.search(
        r'id="field-epochs"[^>]*type="number"[^>]*value="20"[^>]*required[^>]*min="1"[^>]*max="500"', shown
    )
    assert 'type="file" accept="image/*" required' in shown
    assert '<option value="local" selected>' in shown
    assert '<details class="advanced">' in shown
    assert "&#34;seed&#34;: 42" in shown


def test_an_error_stands_beside_its_field_and_leads_to_it(env: Environment) -> None:
    shown = show(
        env,
        "{{ ui.error_summary({'a': 'Too long.'}, {'a': 'Name'}) }}"
        "{{ ui.text('a', 'Name', error='Too long.') }}",
    )
    assert '<a href="#field-a">Name</a>' in shown
    assert 'aria-invalid="true" aria-describedby="field-a-error ' in shown
    assert "One thing needs your attention" in shown


def test_a_secret_is_never_shown_again(env: Environment) -> None:
    field = forms.field("token", {"type": "string", "writeOnly": True})
    assert "hunter2" not in show(env, "{{ ui.field(field, 'hunter2') }}", field=field)


def test_probabilities_are_sorted_bars_that_start_at_zero(env: Environment) -> None:
    shown = show(env, "{{ ui.labels([('cat', 0.1), ('dog', 0.9)]) }}")
    assert shown.index("dog") < shown.index("cat")
    assert '<rect width="90.00"' in shown
    assert "90.0 %" in shown


def test_a_huge_tree_is_cut_and_says_so(env: Environment) -> None:
    assert "and 900 more in the raw response" in show(env, "{{ ui.json_tree(v) }}", v=list(range(1000)))


def test_a_name_that_was_not_given_is_an_error(env: Environment) -> None:
    with pytest.raises(UndefinedError):
        show(env, "{{ modul }}")


def test_templates_name_only_icons_that_exist_and_no_inline_code() -> None:
    for file in (UI / "templates").rglob("*.html"):
        source = file.read_text()
        named = re.findall(r'ui\.icon\("([\w-]+)"', source) + re.findall(r'\bicon="([\w-]+)"', source)
        assert set(named) <= set(ICONS), file.name
        assert not re.search(r"\sstyle=|<script>|<style|\son\w+=", source), file.name
