"""The patterns page: every macro in every state with lifelike data; documentation and test bed at once."""

from types import SimpleNamespace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from fairhaven.ui import forms, samples
from fairhaven.ui.rendering import problem_page, render

router = APIRouter(include_in_schema=False)


@router.get("/patterns", response_class=HTMLResponse)
def patterns(request: Request) -> HTMLResponse:
    return render(
        request,
        "ui/patterns.html",
        fragment="content",
        samples=samples,
        fields=forms.fields(samples.SCHEMA),
        errors=forms.check(samples.SCHEMA, samples.WRONG_VALUES),
        values=samples.WRONG_VALUES,
        moments=samples.moments(),
    )


@router.get("/patterns/problem", response_class=HTMLResponse)
def problem(request: Request) -> HTMLResponse:
    """An error page, shown on purpose."""
    return problem_page(request, SimpleNamespace(**samples.PROBLEM))
