"""The list of domains: what each gives to the web, the workers and the pages. Only `app.py` reads it."""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from fairhaven.administration import api as administration_api
from fairhaven.administration import pages as administration_pages
from fairhaven.audit import api as audit_api
from fairhaven.audit import appending as audit_appending
from fairhaven.audit import pages as audit_pages
from fairhaven.builds import api as builds_api
from fairhaven.builds import beside as builds_beside
from fairhaven.builds import handlers as builds_handlers
from fairhaven.builds import pages as builds_pages
from fairhaven.builds import tasks as builds_tasks
from fairhaven.catalog import api as catalog_api
from fairhaven.catalog import forge_tasks as catalog_forge_tasks
from fairhaven.catalog import handlers as catalog_handlers
from fairhaven.catalog import pages as catalog_pages
from fairhaven.catalog import tasks as catalog_tasks
from fairhaven.catalog.beside import Beside
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.reconcile import Reconciler
from fairhaven.home import api_reference
from fairhaven.home import pages as home_pages
from fairhaven.identity import api as identity_api
from fairhaven.identity import linking_pages, operating_pages, sign_in_pages
from fairhaven.identity import pages as identity_pages
from fairhaven.identity import people_pages as identity_people_pages
from fairhaven.identity import tasks as identity_tasks
from fairhaven.notices import api as notices_api
from fairhaven.notices import pages as notices_pages
from fairhaven.personal import api as personal_api
from fairhaven.personal import pages as personal_pages
from fairhaven.projects import api as projects_api
from fairhaven.projects import pages as projects_pages
from fairhaven.secrets import api as secrets_api
from fairhaven.secrets import handlers as secrets_handlers
from fairhaven.secrets import pages as secrets_pages
from fairhaven.secrets import tasks as secrets_tasks
from fairhaven.ui import pages as ui_pages
from fairhaven.ui.rendering import NavItem
from fairhaven.workloads import api as workloads_api
from fairhaven.workloads import beside as workloads_beside
from fairhaven.workloads import gateway as workloads_gateway
from fairhaven.workloads import pages as workloads_pages
from fairhaven.workloads import reconcile as workloads_reconcile
from fairhaven.workloads import start_page as workloads_start_page

# A request is compared with one after the other: what is asked most stands first.
ROUTERS: Sequence[APIRouter] = (
    *catalog_api.ROUTERS,
    *catalog_pages.ROUTERS,
    identity_api.router,
    projects_api.router,
    secrets_api.router,
    audit_api.router,
    notices_api.router,
    builds_api.router,
    workloads_api.router,
    workloads_gateway.router,
    administration_api.router,
    administration_pages.router,
    personal_api.router,
    personal_pages.router,
    api_reference.router,
    home_pages.router,
    identity_pages.router,
    identity_people_pages.router,
    sign_in_pages.router,
    linking_pages.router,
    operating_pages.router,
    projects_pages.router,
    secrets_pages.router,
    audit_pages.router,
    notices_pages.router,
    builds_pages.router,
    workloads_start_page.router,
    workloads_pages.router,
    ui_pages.router,
)
RECONCILERS: Sequence[Reconciler[Any, Any]] = (workloads_reconcile.reconciler,)
# What runs beside reconcilers and jobs until the process ends.
LOOPS: Sequence[Callable[[Platform, Live], Coroutine[Any, Any, None]]] = (audit_appending.append_forever,)
# Importing these modules is what registers their tasks and subscribers.
BACKGROUND = (
    builds_handlers,
    builds_tasks,
    catalog_handlers,
    catalog_tasks,
    catalog_forge_tasks,
    identity_tasks,
    secrets_handlers,
    secrets_tasks,
)

# What domains above the catalog tell on a module's page.
BESIDE = Beside(
    build=builds_beside.build, services=workloads_beside.services, machines=workloads_beside.machines
)

NAV: Sequence[NavItem] = (
    NavItem("Catalog", "/catalog", "library", also=("/tools", "/feeds", "/searches")),
    NavItem("Workloads", "/workloads", "play", lambda actor: actor.signed_in),
    NavItem("Builds", "/builds", "hammer", lambda actor: actor.signed_in),
)

_HERE = Path(__file__).parent
TEMPLATES: Sequence[Path] = tuple(
    _HERE / domain / "templates"
    for domain in (
        "home",
        "personal",
        "administration",
        "identity",
        "projects",
        "secrets",
        "audit",
        "notices",
        "catalog",
        "builds",
        "workloads",
    )
)
