"""REST of secrets: values go in, names and times come out."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request

from fairhaven.core.http import Call, Caller, platform_of
from fairhaven.secrets import service
from fairhaven.secrets.schemas import NewValue, Secret, SecretName

router = APIRouter(prefix="/api/v1", tags=["secrets"])

OWN, OF_PROJECT = "/secrets", "/projects/{project_id}/secrets"
Name = Annotated[SecretName, Path(description="What it is called.")]


@router.get(OWN, operation_id="list_secrets")
async def list_secrets(call: Call) -> Sequence[Secret]:
    """List your own secrets: names and times, never values."""
    return await service.secrets(call.session, call.actor, service.own(call.actor))


@router.put(OWN + "/{name}", operation_id="put_secret")
async def put_secret(request: Request, caller: Caller, name: Name, given: NewValue) -> Secret:
    """Keep a value as your own secret; an earlier value of the same name is replaced and erased."""
    return await service.put(platform_of(request), caller, service.own(caller), name, given.value)


@router.delete(OWN + "/{name}", operation_id="delete_secret", status_code=204)
async def delete_secret(call: Call, name: Name) -> None:
    """Forget one of your secrets and erase its value; what got it before keeps it until it ends."""
    await service.delete(call.session, call.actor, service.own(call.actor), name)


@router.get(OF_PROJECT, operation_id="list_project_secrets")
async def list_project_secrets(call: Call, project_id: UUID) -> Sequence[Secret]:
    """List the secrets of a project, for its developers."""
    return await service.secrets(call.session, call.actor, service.of_project(project_id))


@router.put(OF_PROJECT + "/{name}", operation_id="put_project_secret")
async def put_project_secret(
    request: Request, caller: Caller, project_id: UUID, name: Name, given: NewValue
) -> Secret:
    """Keep a value as a secret of a project, for its managers."""
    return await service.put(platform_of(request), caller, service.of_project(project_id), name, given.value)


@router.delete(OF_PROJECT + "/{name}", operation_id="delete_project_secret", status_code=204)
async def delete_project_secret(call: Call, project_id: UUID, name: Name) -> None:
    """Forget a secret of a project and erase its value."""
    await service.delete(call.session, call.actor, service.of_project(project_id), name)
