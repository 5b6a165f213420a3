"""Use cases of identity: who people and service accounts are, and how a request proves to be theirs."""

from fairhaven.identity.service.accounts import (
    close_account,
    revoke_of_account,
    rotate_of_account,
    tokens_of_account,
)
from fairhaven.identity.service.devices import (
    LoginPending,
    approve_device,
    begin_device_login,
    finish_device_login,
)
from fairhaven.identity.service.directory import Listed, listed
from fairhaven.identity.service.links import LinkUsed, make_link, sign_in
from fairhaven.identity.service.people import (
    add_person,
    add_service_account,
    administrator,
    disable,
    has_anyone_signed_in,
    person,
)
from fairhaven.identity.service.recognising import (
    Recognised,
    TokenRefused,
    forget,
    of_session,
    of_token,
    touch,
)
from fairhaven.identity.service.sessions import begin_session, end_session, sessions, sign_out
from fairhaven.identity.service.tokens import (
    create_token,
    mint_for,
    mint_for_workload,
    prolong_of_workload,
    revoke_of_workload,
    revoke_token,
    rotate_token,
    tokens,
)

__all__ = [
    "LinkUsed",
    "Listed",
    "LoginPending",
    "Recognised",
    "TokenRefused",
    "add_person",
    "add_service_account",
    "administrator",
    "approve_device",
    "begin_device_login",
    "begin_session",
    "close_account",
    "create_token",
    "disable",
    "end_session",
    "finish_device_login",
    "forget",
    "has_anyone_signed_in",
    "listed",
    "make_link",
    "mint_for",
    "mint_for_workload",
    "of_session",
    "of_token",
    "person",
    "prolong_of_workload",
    "revoke_of_account",
    "revoke_of_workload",
    "revoke_token",
    "rotate_of_account",
    "rotate_token",
    "sessions",
    "sign_in",
    "sign_out",
    "tokens",
    "tokens_of_account",
    "touch",
]
