"""The table: every route and page, who may ask it, and what the others are told.

A key is the method and the path as the router has them. `<project>`, `<module>` … in bodies and queries
stand for a thing of the world (`world.py`). A new route needs a row here, and perhaps a noun there.
"""

from tests.service.matrix.expectations import (
    ADMINISTRATOR,
    DEVELOPER,
    EVERYBODY,
    MANAGER,
    MANAGER_HIDDEN,
    MEMBER,
    OWNER,
    OWNER_OR_DEVELOPER,
    PERSONAL,
    SIGNED_IN,
    UNASKED,
    VIEWER,
    Place,
    Row,
    of_catalog,
)

OWN_ONLY = (Place.OWN,)
DEVICE = {"device_code": "<device_code>"}
VALUE = {"value": "a new value"}
LIMIT = {"resource": "cpu", "amount": 8, "level": "everyone"}
# A token that is for one project has no part in what is a person's own.
NOT_BOUND = {"bound": 403}
NOT_LIMITED = {"bound": 403, "reader": 403}
# A private module is not there for strangers; public ones are tried where they are listed.
SEEN = of_catalog(VIEWER)
# Who may register is told that this is no address.
NO_ADDRESS = "nowhere"

TABLE: dict[str, Row] = {
    # --- operations ---------------------------------------------------------------------------------
    "GET /healthz": Row(UNASKED),
    "GET /readyz": Row(UNASKED),
    "GET /metrics": Row(UNASKED),
    "GET /api/v1/openapi.json": Row(UNASKED),
    "GET /static/{path}": Row(UNASKED, places=OWN_ONLY),
    "GET /internal/gateway": Row(UNASKED, 403),  # it wants the gateway's secret, whoever asks
    "GET /internal/authorize": Row(MEMBER, 204, query="workload=<workload>", verb="call"),
    "ANY /endpoints/{workload_id}/{path}": Row(MEMBER, 503, verb="call"),  # it does not run
    # --- home and ui --------------------------------------------------------------------------------
    "GET /": Row(EVERYBODY, lists=True),
    "GET /api/docs": Row(EVERYBODY),
    "GET /patterns": Row(UNASKED),
    "GET /patterns/problem": Row(UNASKED, 409),
    # --- identity -----------------------------------------------------------------------------------
    "GET /api/v1/me": Row(EVERYBODY),
    "GET /api/v1/tokens": Row(SIGNED_IN, lists=True),
    "POST /api/v1/tokens": Row(SIGNED_IN, 201, json={"name": "ci"}, roles={"bound": 403}),
    "POST /api/v1/tokens/{token_id}/rotate": Row(PERSONAL, 201, json={}),
    "DELETE /api/v1/tokens/{token_id}": Row(PERSONAL, 204),
    "GET /api/v1/sessions": Row(SIGNED_IN, lists=True),
    "DELETE /api/v1/sessions/{session_id}": Row(PERSONAL, 204),
    "POST /api/v1/device-logins": Row(EVERYBODY, 201),
    "POST /api/v1/device-logins/token": Row(
        EVERYBODY, 201, json={"device_code": "<device_code>"}, places=OWN_ONLY
    ),
    "GET /sign-in": Row(EVERYBODY),
    "GET /sign-in/{secret}": Row(EVERYBODY, places=OWN_ONLY),
    "POST /sign-in/{secret}": Row(EVERYBODY, 303, places=OWN_ONLY),
    "POST /sign-out": Row(EVERYBODY, 303),
    "GET /account/tokens": Row(SIGNED_IN, lists=True),
    "POST /account/tokens": Row(SIGNED_IN, form={"name": "ci"}, roles={"bound": 403}),
    "POST /account/tokens/{token_id}/rotate": Row(PERSONAL),
    "POST /account/tokens/{token_id}/revoke": Row(PERSONAL, 303),
    "GET /account/sessions": Row(SIGNED_IN, lists=True),
    "POST /account/sessions/{session_id}/end": Row(PERSONAL, 303),
    "GET /device": Row(SIGNED_IN, roles={"nobody": 303}),
    "POST /device": Row(SIGNED_IN, form={"code": "<user_code>"}, places=OWN_ONLY),
    # --- personal data ------------------------------------------------------------------------------
    "GET /api/v1/me/data": Row(SIGNED_IN, roles=NOT_LIMITED),
    "POST /api/v1/me/erasure": Row(SIGNED_IN, 422, json={"name": "somebody else"}, roles=NOT_LIMITED),
    "GET /account/data": Row(SIGNED_IN, roles=NOT_LIMITED),
    "GET /account/data/export": Row(SIGNED_IN, roles=NOT_LIMITED),
    "POST /account/data/erase": Row(SIGNED_IN, 422, form={"confirm": "x"}, roles=NOT_LIMITED),
    # --- projects -----------------------------------------------------------------------------------
    "GET /api/v1/projects": Row(SIGNED_IN, lists=True),
    "GET /api/v1/projects/{project_id}": Row(VIEWER),
    "GET /api/v1/projects/{project_id}/quotas": Row(VIEWER, lists=True),
    "PUT /api/v1/projects/{project_id}/quotas": Row(MANAGER_HIDDEN, 204, json=LIMIT),
    "GET /api/v1/quotas": Row(ADMINISTRATOR),
    "PUT /api/v1/quotas": Row(ADMINISTRATOR, 204, json={**LIMIT, "level": "installation"}),
    "GET /projects": Row(SIGNED_IN, lists=True),
    "GET /projects/{project_id}/quotas": Row(VIEWER),
    "POST /projects/{project_id}/quotas": Row(MANAGER_HIDDEN, 303, form={"resource": "cpu", "amount": "8"}),
    # --- secrets ------------------------------------------------------------------------------------
    "GET /api/v1/secrets": Row(SIGNED_IN, lists=True, roles=NOT_BOUND),
    "PUT /api/v1/secrets/{name}": Row(SIGNED_IN, json=VALUE, places=OWN_ONLY, roles=NOT_BOUND),
    "DELETE /api/v1/secrets/{name}": Row(PERSONAL, 204, roles=NOT_BOUND, places=OWN_ONLY),
    "GET /api/v1/projects/{project_id}/secrets": Row(DEVELOPER, lists=True),
    "PUT /api/v1/projects/{project_id}/secrets/{name}": Row(MANAGER, json=VALUE, crossed=None),
    "DELETE /api/v1/projects/{project_id}/secrets/{name}": Row(MANAGER, 204),
    "GET /account/secrets": Row(SIGNED_IN, lists=True, roles=NOT_BOUND),
    "POST /account/secrets": Row(SIGNED_IN, 303, form={"name": "new", **VALUE}, roles=NOT_BOUND),
    "POST /account/secrets/{name}/delete": Row(PERSONAL, 303, roles=NOT_BOUND, places=OWN_ONLY),
    "GET /projects/{project_id}/secrets": Row(DEVELOPER, lists=True),
    "POST /projects/{project_id}/secrets": Row(MANAGER, 303, form={"name": "new", **VALUE}),
    "POST /projects/{project_id}/secrets/{name}/delete": Row(MANAGER, 303),
    # --- audit --------------------------------------------------------------------------------------
    "GET /api/v1/audit": Row(SIGNED_IN, lists=True, query="limit=200"),
    "GET /api/v1/audit/export": Row(SIGNED_IN, lists=True),
    "GET /api/v1/audit/verification": Row(ADMINISTRATOR),
    "GET /api/v1/audit/{entry_id}": Row(MANAGER_HIDDEN),
    "GET /audit": Row(SIGNED_IN, lists=True),
    "GET /audit/export": Row(SIGNED_IN, lists=True),
    "GET /audit/verification": Row(ADMINISTRATOR),
    "GET /audit/{entry_id}": Row(MANAGER_HIDDEN),
    # --- notices ------------------------------------------------------------------------------------
    "GET /api/v1/notices": Row(EVERYBODY, lists=True),
    "POST /api/v1/notices": Row(ADMINISTRATOR, 201, json={"text": "Maintenance on Monday."}),
    "DELETE /api/v1/notices/{notice_id}": Row(ADMINISTRATOR, 204),
    "GET /notices": Row(ADMINISTRATOR, lists=True),
    "POST /notices": Row(ADMINISTRATOR, 303, form={"text": "Maintenance on Monday."}),
    "POST /notices/{notice_id}/withdraw": Row(ADMINISTRATOR, 303),
    "POST /notices/{notice_id}/dismiss": Row(EVERYBODY, 303, places=OWN_ONLY),
    # --- catalog ------------------------------------------------------------------------------------
    "GET /api/v1/modules": Row(EVERYBODY, lists=True),
    "GET /api/v1/module-facets": Row(EVERYBODY, lists=True),
    "POST /api/v1/modules": Row(
        DEVELOPER.but(stranger=403, absent=422), 422, json={"url": NO_ADDRESS, "project_id": "<project>"}
    ),
    "GET /api/v1/modules/{name}": Row(SEEN),
    "DELETE /api/v1/modules/{name}": Row(of_catalog(OWNER), 204),
    "GET /api/v1/modules/{name}/releases": Row(SEEN, lists=True),
    "POST /api/v1/modules/{name}/check": Row(of_catalog(DEVELOPER)),
    "GET /api/v1/modules/{name}/hook": Row(of_catalog(DEVELOPER)),
    "POST /api/v1/modules/{name}/hook": Row(UNASKED, 401),  # it wants the hook's secret, whoever asks
    "GET /api/v1/releases/{release_id}": Row(SEEN),
    "GET /catalog": Row(EVERYBODY, lists=True),
    "GET /catalog/new": Row(DEVELOPER.but(stranger=403)),
    "POST /catalog/new": Row(DEVELOPER.but(stranger=403), 422, form={"url": NO_ADDRESS}),
    "GET /catalog/{name}": Row(SEEN),
    "POST /catalog/{name}/check": Row(of_catalog(DEVELOPER), 303),
    "POST /catalog/{name}/remove": Row(of_catalog(OWNER), 303, form={"confirm": "<module>"}),
    # --- builds -------------------------------------------------------------------------------------
    "GET /api/v1/builds": Row(SIGNED_IN, lists=True),
    "POST /api/v1/builds": Row(of_catalog(DEVELOPER), 202, json={"module": "<module>"}),
    "GET /api/v1/builds/{build_id}": Row(VIEWER),
    "POST /api/v1/builds/{build_id}/retry": Row(DEVELOPER, 409),  # it is still under way
    "POST /api/v1/builds/{build_id}/cancel": Row(OWNER_OR_DEVELOPER, 202),
    "GET /api/v1/builds/{build_id}/stages/{stage}/log": Row(VIEWER),
    "GET /builds": Row(SIGNED_IN, lists=True),
    "POST /builds": Row(of_catalog(DEVELOPER), 303, form={"module": "<module>"}),
    "GET /builds/events": Row(SIGNED_IN),
    "GET /builds/{build_id}": Row(VIEWER),
    "GET /builds/{build_id}/events": Row(VIEWER),
    "GET /builds/{build_id}/stages/{stage}/stream": Row(VIEWER),
    "GET /builds/{build_id}/stages/{stage}/log.txt": Row(VIEWER),
    "POST /builds/{build_id}/retry": Row(DEVELOPER, 409),
    "POST /builds/{build_id}/cancel": Row(OWNER_OR_DEVELOPER, 303),
    # --- workloads ----------------------------------------------------------------------------------
    "GET /api/v1/workloads": Row(SIGNED_IN, lists=True),
    "POST /api/v1/workloads": Row(of_catalog(MEMBER), 201, json={"release": "<release>"}),
    "GET /api/v1/workloads/{workload_id}": Row(VIEWER),
    "DELETE /api/v1/workloads/{workload_id}": Row(OWNER, 204),
    "POST /api/v1/workloads/{workload_id}/stop": Row(OWNER, 202),
    "POST /api/v1/workloads/{workload_id}/start": Row(OWNER, 202),
    "POST /api/v1/workloads/{workload_id}/restart": Row(OWNER, 202),
    "GET /api/v1/workloads/{workload_id}/log": Row(OWNER_OR_DEVELOPER),
    "GET /workloads": Row(SIGNED_IN, lists=True),
    "GET /workloads/events": Row(SIGNED_IN),
    "GET /workloads/new": Row(of_catalog(MEMBER), query="release=<release>"),
    "POST /workloads": Row(of_catalog(MEMBER), 303, form={"release": "<release>"}),
    "GET /workloads/{workload_id}": Row(VIEWER),
    "GET /workloads/{workload_id}/events": Row(VIEWER),
    "GET /workloads/{workload_id}/log/stream": Row(OWNER_OR_DEVELOPER),
    "POST /workloads/{workload_id}/stop": Row(OWNER, 303),
    "POST /workloads/{workload_id}/start": Row(OWNER, 303),
    "POST /workloads/{workload_id}/restart": Row(OWNER, 303),
    "POST /workloads/{workload_id}/delete": Row(OWNER, 303),
    "GET /workloads/{workload_id}/try": Row(MEMBER),
    "POST /workloads/{workload_id}/try": Row(MEMBER, 503, form={"nothing": "at all"}),
    "POST /try/{release_id}": Row(MEMBER, 303),
}
