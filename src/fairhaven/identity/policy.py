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
can_disable = administrator
