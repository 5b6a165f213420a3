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
OWN_OR_NONE = (Place.OWN, Place.NONE)
DEVICE = {"device_code": "<device_code>"}
ACCOUNT = {"name": "new", "person_name": "New"}
PASSWORD = {"password": "correct horse battery staple", "again": "correct horse battery staple"}
VALUE = {"value": "a new value"}
LIMIT = {"resource": "cpu", "amount": 8, "level": "everyone"}
# A token that is for one project has no part in what is a person's own.
NOT_BOUND = {"bound": 403}
NOT_LIMITED = {"bound": 403, "reader": 403}
# A service account belongs to its project, and joins no other.
PEOPLE = {"service": 403, "bound": 403}
# A private module is not there for strangers; public ones are tried where they are listed.
SEEN = of_catalog(VIEWER)
# A deposit that is not published is there for developers only.
DRAFTED = of_catalog(DEVELOPER.but(member=404))
# Who may register is told that this is no address.
NO_ADDRESS = "nowhere"

# Whom it is about may do it too, and the world's viewer is whom it is about.
THEIRS = MANAGER.but(also=frozenset({"viewer"}), because="whom it is about")
HIDDEN_ADMINISTRATOR = ADMINISTRATOR.but(stranger=404)
ROBOT = "/projects/{project_id}/service-accounts/{account_id}"
A_ROBOT = f"/api/v1{ROBOT}"

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
    "GET /api/v1/identities": Row(SIGNED_IN, lists=True),
    "DELETE /api/v1/identities/{identity_id}": Row(PERSONAL, 409),  # it is the last way in
    "GET /api/v1/issuers": Row(EVERYBODY),
    "POST /api/v1/issuers/{name}/trials": Row(ADMINISTRATOR, json={"claims": {}}, places=OWN_ONLY),
    "GET /api/v1/people": Row(ADMINISTRATOR, lists=True),
    "PATCH /api/v1/people/{person_id}": Row(ADMINISTRATOR, json={"closed": True}),
    "GET /api/v1/local-accounts": Row(ADMINISTRATOR, lists=True),
    "POST /api/v1/local-accounts": Row(ADMINISTRATOR, 201, json=ACCOUNT),
    "POST /api/v1/local-accounts/{person_id}/links": Row(ADMINISTRATOR, 201),
    "POST /sign-in": Row(EVERYBODY, 422, form={"name": "nobody", "password": "a wrong password"}),
    "GET /sign-in/with/{issuer}": Row(EVERYBODY, 502, places=OWN_ONLY),  # the issuer is not reached
    "GET /sign-in/with/{issuer}/back": Row(EVERYBODY, 400, places=OWN_ONLY),  # nobody began
    "GET /sign-in/password/{secret}": Row(EVERYBODY, places=OWN_ONLY),
    "POST /sign-in/password/{secret}": Row(EVERYBODY, 303, form=PASSWORD, places=OWN_ONLY),
    "GET /account/identities": Row(SIGNED_IN, lists=True),
    "GET /account/identities/link/{issuer}": Row(SIGNED_IN, 403, places=OWN_ONLY),  # tokens link nothing
    "POST /account/identities/{identity_id}/unlink": Row(PERSONAL, 409),
    "GET /account/password": Row(SIGNED_IN),
    "POST /account/password": Row(SIGNED_IN, 422, form={"present": "a wrong password", **PASSWORD}),
    "GET /issuers": Row(ADMINISTRATOR),
    "GET /issuers/{name}": Row(ADMINISTRATOR, places=OWN_ONLY),
    "POST /issuers/{name}": Row(ADMINISTRATOR, form={"claims": "{}"}, places=OWN_ONLY),
    "GET /people": Row(ADMINISTRATOR, lists=True),
    "POST /people/{person_id}": Row(ADMINISTRATOR, 303, form={"act": "close"}),
    "GET /local-accounts": Row(ADMINISTRATOR, lists=True),
    "POST /local-accounts": Row(ADMINISTRATOR, 200, form=ACCOUNT),
    "POST /local-accounts/{person_id}/links": Row(ADMINISTRATOR),
    # --- administration -----------------------------------------------------------------------------
    "GET /api/v1/overviews": Row(ADMINISTRATOR),
    "GET /administration": Row(ADMINISTRATOR),
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
    "POST /api/v1/projects": Row(ADMINISTRATOR, 201, json={"slug": "new", "name": "New"}),
    "PATCH /api/v1/projects/{project_id}": Row(MANAGER, json={"catalog": {"tags": ["new"]}}),
    "GET /api/v1/levels": Row(SIGNED_IN),
    "GET /api/v1/projects/{project_id}/members": Row(MANAGER, lists=True),
    "PUT /api/v1/projects/{project_id}/members/{person_id}": Row(MANAGER, json={"level": "member"}),
    "DELETE /api/v1/projects/{project_id}/members/{person_id}": Row(THEIRS, 204),
    "GET /api/v1/projects/{project_id}/invitations": Row(MANAGER, lists=True),
    "POST /api/v1/projects/{project_id}/invitations": Row(MANAGER, 201, json={}),
    "DELETE /api/v1/projects/{project_id}/invitations/{invitation_id}": Row(MANAGER, 204),
    "POST /api/v1/memberships": Row(
        SIGNED_IN, 201, json={"secret": "<invitation_link>"}, places=OWN_ONLY, roles=PEOPLE
    ),
    "GET /api/v1/projects/{project_id}/service-accounts": Row(MANAGER, lists=True),
    "POST /api/v1/projects/{project_id}/service-accounts": Row(MANAGER, 201, json={"name": "New"}),
    "PUT /api/v1/projects/{project_id}/service-accounts/{account_id}": Row(MANAGER, json={"level": "viewer"}),
    "DELETE /api/v1/projects/{project_id}/service-accounts/{account_id}": Row(MANAGER, 204),
    f"GET {A_ROBOT}/tokens": Row(MANAGER, lists=True),
    f"POST {A_ROBOT}/tokens": Row(MANAGER, 201, json={"name": "ci"}),
    f"POST {A_ROBOT}/tokens/{{token_id}}/rotate": Row(MANAGER, 201, json={}),
    f"DELETE {A_ROBOT}/tokens/{{token_id}}": Row(MANAGER, 204),
    "GET /api/v1/projects/{project_id}/brand": Row(VIEWER),
    "PUT /api/v1/projects/{project_id}/brand": Row(MANAGER, json={"name": "New"}),
    "PUT /api/v1/projects/{project_id}/brand/logo": Row(MANAGER, 400, json="no picture"),
    "DELETE /api/v1/projects/{project_id}/brand/logo": Row(MANAGER, 204),
    "PUT /api/v1/projects/{project_id}/hosts": Row(HIDDEN_ADMINISTRATOR, json={"hosts": []}),
    "POST /api/v1/projects/{project_id}/terms/acceptances": Row(
        SIGNED_IN, 409, json={"version": 1}, places=OWN_ONLY
    ),
    "GET /projects/new": Row(ADMINISTRATOR),
    "POST /projects/new": Row(ADMINISTRATOR, 303, form={"slug": "new", "name": "New"}),
    "GET /projects/{project_id}": Row(VIEWER),
    "POST /projects/{project_id}": Row(HIDDEN_ADMINISTRATOR, 303, form={"name": "New"}),
    "POST /projects/{project_id}/catalog": Row(MANAGER, 303, form={"tags": "new"}),
    "POST /projects/{project_id}/archive": Row(HIDDEN_ADMINISTRATOR, 400, form={"confirm": "x"}),
    "POST /projects/{project_id}/leave": Row(VIEWER, 303, places=OWN_OR_NONE),
    "GET /projects/{project_id}/members": Row(MANAGER, lists=True),
    "POST /projects/{project_id}/members/{person_id}": Row(MANAGER, 303, form={"level": "member"}),
    "POST /projects/{project_id}/members/{person_id}/remove": Row(THEIRS, 303),
    "POST /projects/{project_id}/invitations": Row(MANAGER, form={"level": "member"}),
    "POST /projects/{project_id}/invitations/{invitation_id}/revoke": Row(MANAGER, 303),
    "GET /invitations/{secret}": Row(EVERYBODY, places=OWN_ONLY),
    "POST /invitations/{secret}": Row(SIGNED_IN, 303, places=OWN_ONLY, roles=PEOPLE),
    "GET /projects/{project_id}/service-accounts": Row(MANAGER, lists=True),
    "POST /projects/{project_id}/service-accounts": Row(
        MANAGER, 303, form={"name": "New", "level": "viewer"}
    ),
    "GET /projects/{project_id}/service-accounts/{account_id}": Row(MANAGER, lists=True),
    "POST /projects/{project_id}/service-accounts/{account_id}": Row(MANAGER, 303, form={"level": "viewer"}),
    f"POST {ROBOT}/tokens": Row(MANAGER, form={"name": "ci"}),
    f"POST {ROBOT}/tokens/{{token_id}}/rotate": Row(MANAGER),
    f"POST {ROBOT}/tokens/{{token_id}}/revoke": Row(MANAGER, 303),
    f"POST {ROBOT}/close": Row(MANAGER, 400, form={"confirm": "x"}),
    "GET /projects/{project_id}/brand": Row(MANAGER),
    "POST /projects/{project_id}/brand": Row(MANAGER, 303, form={"name": "New"}),
    "POST /projects/{project_id}/brand/logo": Row(MANAGER, 303),
    "POST /projects/{project_id}/brand/logo/remove": Row(MANAGER, 303),
    "POST /projects/{project_id}/hosts": Row(HIDDEN_ADMINISTRATOR, 303, form={"hosts": ""}),
    "GET /brand/{slug}/style.css": Row(UNASKED, 404, places=OWN_ONLY),
    "GET /brand/{slug}/logo": Row(UNASKED, 404, places=OWN_ONLY),  # there is none
    "GET /terms": Row(EVERYBODY, 404),
    "POST /terms": Row(SIGNED_IN, 404, form={"version": "1"}),
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
    "GET /api/v1/modules/{name}/similar": Row(SEEN),
    "GET /api/v1/searches": Row(SIGNED_IN, lists=True),
    "POST /api/v1/searches": Row(SIGNED_IN, 201, json={"name": "new", "query": "q=birds"}),
    "PATCH /api/v1/searches/{search_id}": Row(PERSONAL, json={"looked": True}),
    "DELETE /api/v1/searches/{search_id}": Row(PERSONAL, 204),
    "GET /searches": Row(SIGNED_IN, lists=True),
    "POST /searches": Row(SIGNED_IN, 303, form={"name": "new", "query": "q=birds"}),
    "GET /searches/{search_id}": Row(PERSONAL, 303),
    "POST /searches/{search_id}/rename": Row(PERSONAL, 303, form={"name": "another"}),
    "POST /searches/{search_id}/delete": Row(PERSONAL, 303),
    "POST /api/v1/modules": Row(
        DEVELOPER.but(stranger=403, absent=422), 422, json={"url": NO_ADDRESS, "project_id": "<project>"}
    ),
    "GET /api/v1/modules/{name}": Row(SEEN),
    "GET /api/v1/modules/{name}/export": Row(SEEN, query="format=turtle"),
    "GET /api/v1/modules/{name}/formats": Row(SEEN),
    "GET /api/v1/modules/{name}/readme": Row(SEEN),
    "GET /api/v1/modules/{name}/assessments": Row(SEEN),
    "POST /api/v1/modules/{name}/assessments": Row(of_catalog(DEVELOPER), 202),
    # Its releases hold no files and describe no interface.
    "GET /id/module/{name}/openapi.json": Row(SEEN, 404),
    "HEAD /id/module/{name}/files/{path}": Row(SEEN, 404),
    "GET /id/module/{name}/files/{path}": Row(SEEN, 404),
    "GET /id/module/{name}": Row(SEEN, query="format=turtle"),
    "GET /id/catalog": Row(EVERYBODY, query="format=turtle", lists=True),
    "GET /sitemap.xml": Row(EVERYBODY),
    "GET /oai": Row(EVERYBODY, query="verb=Identify"),
    "POST /oai": Row(EVERYBODY, form={"verb": "Identify"}, verb="read"),
    "PATCH /api/v1/modules/{name}": Row(of_catalog(MANAGER), json={"visibility": "project"}),
    "DELETE /api/v1/modules/{name}": Row(of_catalog(OWNER), 204),
    "GET /api/v1/modules/{name}/releases": Row(SEEN, lists=True),
    "GET /api/v1/modules/{name}/changes": Row(SEEN, query="from=1.0.0&to=1.0.0"),
    "POST /api/v1/modules/{name}/check": Row(of_catalog(DEVELOPER)),
    "GET /api/v1/modules/{name}/forge-look": Row(of_catalog(DEVELOPER)),
    "GET /api/v1/modules/{name}/hook": Row(of_catalog(DEVELOPER)),
    "POST /api/v1/modules/{name}/hook/rotate": Row(of_catalog(DEVELOPER), 201),
    "POST /api/v1/modules/{name}/hook": Row(UNASKED, 401),  # it wants the hook's secret, whoever asks
    "GET /api/v1/releases/{release_id}": Row(SEEN),
    "GET /api/v1/metadata-schemas": Row(EVERYBODY),
    "GET /api/v1/metadata-schemas/{version}": Row(EVERYBODY, places=OWN_ONLY),
    "POST /api/v1/metadata-checks": Row(SIGNED_IN, json={"text": "title: Digits"}),
    "GET /api/v1/tools": Row(EVERYBODY),
    "GET /api/v1/tools/{name}": Row(EVERYBODY, places=OWN_ONLY),
    "GET /api/v1/tools/{name}/form": Row(EVERYBODY, places=OWN_ONLY),
    "POST /api/v1/tools/{name}/plan": Row(SIGNED_IN, json={}, places=OWN_ONLY, verb="read"),
    "GET /api/v1/tool-schemas/{version}": Row(EVERYBODY, 404, places=OWN_ONLY),  # the world's is of modules
    "GET /api/v1/templates": Row(EVERYBODY),
    "GET /api/v1/templates/{name}": Row(EVERYBODY, places=OWN_ONLY),
    "POST /api/v1/templates/{name}/archives": Row(
        SIGNED_IN, 422, json={"values": {}}, places=OWN_ONLY, verb="read"
    ),
    "GET /catalog/start": Row(SIGNED_IN),
    "POST /catalog/start": Row(SIGNED_IN, 422, verb="read"),
    "GET /tools": Row(EVERYBODY),
    "GET /tools/{name}": Row(EVERYBODY, places=OWN_ONLY),
    "POST /tools/{name}": Row(SIGNED_IN, places=OWN_ONLY, verb="read"),
    "GET /catalog": Row(EVERYBODY, lists=True),
    "GET /catalog/new": Row(DEVELOPER.but(stranger=403)),
    "POST /catalog/new": Row(DEVELOPER.but(stranger=403), 422, form={"url": NO_ADDRESS}),
    "GET /catalog/{name}": Row(SEEN),
    "POST /catalog/{name}/hook/rotate": Row(of_catalog(DEVELOPER), 303),
    "GET /catalog/{name}/metadata/edit": Row(SEEN),
    "POST /catalog/{name}/metadata/edit": Row(SEEN),
    "POST /catalog/{name}/change": Row(
        of_catalog(MANAGER), 303, form={"visibility": "project", "trust": "built"}
    ),
    "POST /catalog/{name}/assessments": Row(of_catalog(DEVELOPER), 303),
    "GET /catalog/{name}/badges/fair.svg": Row(SEEN),
    "POST /catalog/{name}/check": Row(of_catalog(DEVELOPER), 303),
    "POST /catalog/{name}/remove": Row(of_catalog(OWNER), 303, form={"confirm": "<module>"}),
    # --- feeds --------------------------------------------------------------------------------------
    "GET /api/v1/feed-kinds": Row(SIGNED_IN),
    "GET /api/v1/feeds": Row(SIGNED_IN, lists=True),
    "POST /api/v1/feeds": Row(
        DEVELOPER.but(stranger=403), 422, json={"address": NO_ADDRESS, "project_id": "<project>"}
    ),
    "POST /api/v1/feed-previews": Row(
        DEVELOPER.but(stranger=403), 422, json={"address": NO_ADDRESS, "project_id": "<project>"}
    ),
    "GET /api/v1/feeds/{feed_id}": Row(VIEWER),
    "GET /api/v1/feeds/{feed_id}/items": Row(VIEWER, lists=True),
    "POST /api/v1/feeds/{feed_id}/check": Row(DEVELOPER, 202),
    "DELETE /api/v1/feeds/{feed_id}": Row(MANAGER, 204),
    "GET /feeds": Row(SIGNED_IN, lists=True),
    "GET /feeds/events": Row(SIGNED_IN),
    "GET /feeds/{feed_id}/events": Row(VIEWER),
    "GET /feeds/new": Row(DEVELOPER.but(stranger=403)),
    "POST /feeds/new": Row(DEVELOPER.but(stranger=403), 422, form={"address": NO_ADDRESS}),
    "GET /feeds/{feed_id}": Row(VIEWER),
    "POST /feeds/{feed_id}/check": Row(DEVELOPER, 303),
    "POST /feeds/{feed_id}/remove": Row(MANAGER, 303, form={"confirm": "<feed_name>"}),
    # --- deposits -----------------------------------------------------------------------------------
    "GET /api/v1/depositories": Row(SIGNED_IN),
    "GET /api/v1/deposits": Row(EVERYBODY, lists=True),
    "POST /api/v1/deposits": Row(
        of_catalog(DEVELOPER), 422, json={"release_id": "<release>", "depository": "nowhere"}
    ),
    "GET /api/v1/modules/{name}/deposits": Row(SEEN, lists=True),
    "GET /api/v1/deposits/{deposit_id}": Row(DRAFTED),
    "POST /api/v1/deposits/{deposit_id}/publish": Row(
        DRAFTED.but(least="manager"), 202, roles={"developer": 403, "service": 403}
    ),
    "POST /api/v1/deposits/{deposit_id}/retry": Row(DRAFTED, 409),  # it did not fail
    "DELETE /api/v1/deposits/{deposit_id}": Row(DRAFTED),
    "GET /api/v1/deposits/{deposit_id}/proposal": Row(DRAFTED, 409),  # it has no DOI yet
    "GET /catalog/{name}/deposits": Row(SEEN),
    "POST /catalog/{name}/deposits": Row(
        of_catalog(DEVELOPER), 422, form={"release": "1.0.0", "depository": "nowhere"}
    ),
    "GET /catalog/{name}/deposits/events": Row(SEEN),
    "POST /catalog/{name}/deposits/{deposit_id}/publish": Row(
        DRAFTED.but(least="manager"),
        303,
        form={"confirm": "<module>"},
        roles={"developer": 403, "service": 403},
    ),
    "POST /catalog/{name}/deposits/{deposit_id}/retry": Row(DRAFTED, 409),
    "POST /catalog/{name}/deposits/{deposit_id}/discard": Row(DRAFTED, 303),
    "GET /catalog/{name}/deposits/{deposit_id}/proposal": Row(DRAFTED, 409),
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
