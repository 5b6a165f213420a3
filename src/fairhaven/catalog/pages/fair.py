"""The tab “FAIR” of a module: what the robot found, and the way to mend what failed; and its badge."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from fairhaven.catalog import drawing, service, tasks
from fairhaven.catalog.api import answers
from fairhaven.catalog.schemas import Assessment, FairMetric, FairTest, Module
from fairhaven.core.http import Call, RequestContext
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# Fields of the metadata that are parts with fields of their own: the editor has them folded.
_PARTS = ("authors", "files", "model", "references", "use")


async def tab(call: RequestContext, module: Module) -> Mapping[str, Any]:
    """What the tab shows."""
    found = await service.assessments(call.session, call.actor, module.name)
    latest = found.latest
    here = f"{call.platform.settings.public_url}/catalog/{module.name}"
    counted = [each for each in found.history if not each.problem][::-1]
    return {
        "assessed": latest,
        "public": found.public,
        "principles": _principles(latest) if latest else (),
        "groups": _groups(latest) if latest else (),
        "history": counted,
        "points": drawing.line([each.percentage for each in counted]),
        "size": (drawing.WIDTH, drawing.HEIGHT),
        "tone": drawing.tone,
        "mend": _mend(module.name),
        "page_url": f"{here}?tab=fair",
        "badge_url": f"{here}/badges/fair.svg",
        "may_assess": service.may(call.actor, module, "assess"),
    }


@router.post("/catalog/{name}/assessments")
async def assess(call: Call, name: str) -> Response:
    """Send the robot now."""
    module_id = await service.check_assess(call.session, call.actor, name)
    await tasks.enqueue_assessment(call.session, module_id)
    said = _("The robot is on its way. What it finds is here in some seconds: reload this page then.")
    return see_other(f"/catalog/{name}?tab=fair", Notice(said))


@router.get("/catalog/{name}/badges/fair.svg", response_class=Response)
async def badge(call: Call, name: str) -> Response:
    """The score as a picture, for a README."""
    score = (await service.module(call.session, call.actor, name)).fair_score
    value, tone = (f"{score} %", drawing.tone(score)) if score is not None else (_("not known"), "quiet")
    return answers.document(call.request, drawing.badge("FAIR", value, tone), "image/svg+xml", _EMBEDDED)


# READMEs elsewhere show it; it is a picture and nothing else.
_EMBEDDED = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "no-cache",
}


def _principles(found: Assessment) -> Sequence[tuple[str, str, float]]:
    """Letter, word and share of each principle."""
    words = {"F": _("Findable"), "A": _("Accessible"), "I": _("Interoperable"), "R": _("Reusable")}
    return [(letter, word, found.principles.get(letter, 0.0)) for letter, word in words.items()]


def _groups(found: Assessment) -> Sequence[tuple[str, str, Sequence[FairMetric]]]:
    """The metrics in their two lists: an id, a title, and what is in it."""
    of_data = [each for each in found.metrics if not each.software]
    of_software = [each for each in found.metrics if each.software]
    return (("metrics", _("Metrics of F-UJI"), of_data), ("software", _("Metrics of software"), of_software))


def _mend(name: str) -> Any:
    """Where a failed test is mended: the metadata editor at the field, or where a DOI is got."""

    def href(test: FairTest) -> str:
        if test.control == "doi" and test.edit != "links.archive":
            return f"/catalog/{name}/deposits"
        if not test.edit:
            return ""
        mark = f"part-{test.edit}" if test.edit in _PARTS else f"field-{test.edit}"
        return f"/catalog/{name}/metadata/edit#{mark}"

    return href
