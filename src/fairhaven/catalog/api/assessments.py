"""REST of FAIR assessments: what the robot found at a module's public address."""

from fastapi import APIRouter
from fastapi.responses import Response

from fairhaven.catalog import service, tasks
from fairhaven.catalog.schemas import Assessments
from fairhaven.core.http import Call, with_etag

router = APIRouter(prefix="/api/v1", tags=["catalog"])


@router.get("/modules/{name}/assessments", operation_id="list_assessments", response_model=Assessments)
async def list_assessments(call: Call, name: str) -> Response:
    """Read the latest FAIR assessment of a module, metric by metric, and the figures of those before."""
    return with_etag(call.request, await service.assessments(call.session, call.actor, name))


@router.post(
    "/modules/{name}/assessments", operation_id="assess_module", status_code=202, response_class=Response
)
async def assess_module(call: Call, name: str) -> Response:
    """Send the FAIR robot to the module now; what it finds is there some seconds later."""
    module_id = await service.check_assess(call.session, call.actor, name)
    await tasks.enqueue_assessment(call.session, module_id)
    return Response(status_code=202)
