"""REST of personal data."""

from fastapi import APIRouter

from fairhaven.core.http import Call
from fairhaven.personal import service
from fairhaven.personal.schemas import Erasure, PersonalData

router = APIRouter(prefix="/api/v1", tags=["personal"])


@router.get("/me/data", operation_id="get_my_data")
async def get_my_data(call: Call) -> PersonalData:
    """All that the platform keeps of you; what you did is in `/audit/export?who=me`."""
    return await service.data(call.session, call.actor)


@router.post("/me/erasure", operation_id="erase_me", status_code=204)
async def erase_me(call: Call, asked: Erasure) -> None:
    """Erase your account, tokens, secrets and workloads, and your name everywhere. It cannot be undone."""
    await service.erase(call.session, call.actor, asked)
