"""Who may do what with what is kept of a person: they themselves, and with no limited token."""

from fairhaven.core.policy import Rule, signed_in

_wholly = Rule(
    "with a token that is not limited", lambda actor, _: actor.scopes is None and actor.project is None
)

can_see_own = signed_in & _wholly
can_erase_own = signed_in & _wholly
