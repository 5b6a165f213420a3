"""The list of modules, with search and facets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from fairhaven.catalog import facet_words, policy, service
from fairhaven.catalog.api.modules import Exact, Filter, Filtered, More
from fairhaven.catalog.schemas import Facets, Sort
from fairhaven.catalog.service import FACETS
from fairhaven.catalog.service.searching import View
from fairhaven.core.http import Call, Cursor, asks_once
from fairhaven.core.policy import Actor
from fairhaven.projects.brands import Worn
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PAGE = 20


@dataclass(frozen=True)
class Hidden:
    """What a search form carries along; a facet may occur several times."""

    pairs: Sequence[tuple[str, str]]

    def items(self) -> Sequence[tuple[str, str]]:
        return self.pairs


@router.get("/catalog")
@asks_once
async def catalog(
    call: Call,
    wanted: Filtered,
    sort: Sort | None = None,
    cursor: Cursor = None,
    every: Annotated[bool, Query(alias="all")] = False,
    exact: Exact = False,
    more: More = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The list; typing swaps its results, a facet swaps all of it. `all`: not only what the project chose."""
    view = view_of(call.request)
    shown = None if every else view
    found = await service.search(
        call.session,
        call.actor,
        q=wanted.q,
        facets=wanted.chosen,
        view=shown,
        sort=sort,
        limit=PAGE,
        cursor=cursor,
        exact=exact,
    )
    words = found.corrected or wanted.q
    counted = await service.facets(call.session, call.actor, words, wanted.chosen, shown, more=more)
    groups = _groups(counted, wanted, more)
    typed = call.request.headers.get("hx-target") == "results"
    return render(
        call.request,
        "catalog/list.html",
        fragment="results" if typed else "content",
        found=found,
        total=counted.total,
        groups=groups,
        chosen=_chosen(groups),
        has=facet_words.has(),
        q=wanted.q,
        sort=sort or (Sort.RELEVANCE if wanted.q.strip() else Sort.NEWEST),
        filtered=bool(wanted.q.strip() or any(wanted.chosen.values()) or cursor),
        hidden=_carried(wanted, sort, every, more),
        view=view is not None,
        every=every,
        may_register=_may_register(call.actor),
    )


OPEN = ("tasks", "libraries", "data_type", "has")  # facets that are unfolded at first


def _groups(counted: Facets, wanted: Filter, more: Collection[str]) -> list[dict[str, Any]]:
    """The facets as the macro draws them."""
    labels, values = facet_words.labels(), facet_words.values()
    return [
        {
            "name": name,
            "label": labels[name],
            "selected": wanted.chosen[name],
            "open": name in OPEN or bool(wanted.chosen[name]) or name in more,
            "more": counted.more.get(name, 0),
            "unfolded": [*more, name],
            "options": [
                {
                    "value": each.value,
                    "label": each.label or values.get(name, {}).get(each.value, each.value),
                    "count": each.count,
                }
                for each in counted.groups.get(name, ())
            ],
        }
        for name in FACETS
    ]


def _chosen(groups: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """What is filtered by: facet, its label, value, its label."""
    return [
        (group["name"], group["label"], option["value"], option["label"])
        for group in groups
        for option in group["options"]
        if option["value"] in group["selected"]
    ]


def view_of(request: Request) -> View | None:
    """What the project whose host this is chose of the catalog; None: everything."""
    worn: Worn | None = request.app.state.brands.worn(request)
    if worn is None or not (worn.catalog.tags or worn.catalog.names):
        return None
    return View(tuple(worn.catalog.tags), tuple(worn.catalog.names))


def _carried(wanted: Filter, sort: Sort | None, every: bool, more: Collection[str]) -> Hidden:
    pairs = [(name, value) for name, values in wanted.chosen.items() for value in values]
    pairs += [("more", name) for name in more]
    pairs += [("sort", sort.value)] if sort else []
    return Hidden([*pairs, ("all", "true")] if every else pairs)


def _may_register(actor: Actor) -> bool:
    return actor.administrator or any(policy.can_register.allows(actor, project) for project in actor.roles)
