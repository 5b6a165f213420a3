"""The one router of REST, to which each module adds its part."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["projects"])
