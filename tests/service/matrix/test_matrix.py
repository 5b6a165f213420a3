"""Every route and page, asked by everybody about everything, is answered as the table says, and tells
nobody of what is not theirs."""

import pytest
from fastapi.routing import APIRoute
from tests.service.matrix.asking import ANY, Case, Matrix, cases, places, routes_of
from tests.service.matrix.expectations import Place
from tests.service.matrix.table import TABLE

from fairhaven import reference

pytestmark = pytest.mark.xdist_group("matrix")

LISTS = sorted(key for key, row in TABLE.items() if row.lists)
CHANGES = sorted(
    key for key, row in TABLE.items() if not key.startswith(("GET ", "HEAD ")) and not row.who.unasked
)
A_REFUSED_TOKEN = {"Authorization": "Bearer fh_this-was-never-a-token"}


@pytest.fixture(scope="module")
def routes():
    return routes_of(reference.unconnected())


def test_every_route_has_its_row_and_every_row_its_route(routes):
    missing = "".join(f'\n    "{key}": Row(…),' for key in sorted(routes.keys() - TABLE.keys()))
    assert not missing, (
        f"say in tests/service/matrix/table.py who may ask, and what others are told:{missing}"
    )
    assert not TABLE.keys() - routes.keys(), "these rows have no route any more"


def test_every_list_of_the_rest_interface_is_told_to_be_one(routes):
    lists = {key for key, route in routes.items() if isinstance(route, APIRoute) and _tells_many(route)}
    assert not lists - set(LISTS) - ONE_BY_ONE, "say `lists=True`, or below: of no project"


@pytest.mark.parametrize("key", TABLE)
async def test_who_is_told_what(matrix: Matrix, key):
    wrong = []
    for case in cases(key, TABLE[key]):
        answer = await matrix.ask(case)
        if answer.status_code != case.expected:
            wrong.append(f"{case}: {answer.status_code}, not {case.expected}: {answer.text[:200]!r}")
        if case.role != "administrator":
            # What was asked for may be named in the answer: that is no news.
            asked = f"{answer.request.url} {answer.request.content!r}"
            foreign = matrix.world.told(answer.text) - matrix.world.told(asked)
            wrong += [f"{case}: is told of {each}, of another project" for each in foreign]
    assert not wrong, "\n".join([key, *wrong])


@pytest.mark.parametrize("key", LISTS)
async def test_what_is_not_told_would_be_there(matrix: Matrix, key):
    """A list from which the other project's things were missing anyway would prove nothing."""
    row = TABLE[key]
    method, _, template = key.partition(" ")
    place = Place.OTHER if Place.OTHER in places(template, row) else Place.OWN
    reader = "administrator" if row.who.least == "administrator" else "foreigner"
    answer = await matrix.ask(Case(method, template, row, reader, place))
    assert answer.status_code == 200
    assert matrix.world.told(answer.text), f"{key} tells {reader} nothing of the other project"


@pytest.mark.parametrize("key", CHANGES)
async def test_a_cookie_alone_changes_nothing(matrix: Matrix, key):
    """A page of another site can have the browser send it: without the session's CSRF token it is refused."""
    method, _, template = key.partition(" ")
    case = Case("POST" if method == ANY else method, template, TABLE[key], "manager", Place.OWN)
    cookie = {"Cookie": f"fairhaven_session={matrix.world.cookies['manager']}"}
    answer = await matrix.ask(case, cookie)
    assert answer.status_code == 403
    assert "form did not come from a page of ours" in answer.text


@pytest.mark.parametrize("key", [key for key, row in TABLE.items() if not row.who.unasked])
async def test_a_token_that_is_not_valid_opens_nothing_not_even_what_is_open(matrix: Matrix, key):
    method, _, template = key.partition(" ")
    answer = await matrix.ask(Case(method, template, TABLE[key], "nobody", Place.OWN), A_REFUSED_TOKEN)
    assert answer.status_code == 401


# Lists of what belongs to no project.
_ALONE = (
    "depositories",
    "feed-kinds",
    "issuers",
    "levels",
    "metadata-schemas",
    "quotas",
    "templates",
    "tools",
)
# What is like a module is shown to be told to who may see it in tests/service/catalog_domain/test_search.py.
ONE_BY_ONE = frozenset(f"GET /api/v1/{each}" for each in (*_ALONE, "modules/{name}/similar"))


def _tells_many(route: APIRoute) -> bool:
    model = route.response_model
    fields = getattr(model, "model_fields", {})
    return "GET" in route.methods and ("items" in fields or "Sequence" in str(model))
