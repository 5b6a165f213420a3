"""Who may do what with identities."""

from fairhaven.core.policy import Rule, administrator, anyone, covers, hidden, signed_in

can_sign_in = anyone
can_see_self = anyone
can_have_tokens = signed_in
can_approve_device = signed_in
can_revoke_token = hidden(Rule("the token's person", lambda actor, token: actor.id == token.person_id))
can_widen = Rule(
    "whose own credential may do as much", lambda actor, spec: covers(actor, spec.scopes, spec.project_id)
)
can_see_people = administrator
can_disable = administrator
can_see_identities = signed_in
can_link = signed_in
can_unlink = hidden(Rule("the identity's person", lambda actor, identity: actor.id == identity.person_id))
can_try_claims = administrator
can_manage_accounts = administrator
can_change_password = signed_in
