"""Who may do what with workloads. Those of other projects do not exist for whoever is no member."""

from fairhaven.core.policy import (
    Rule,
    administrator,
    covers,
    developer,
    hidden,
    manager,
    member,
    owner,
    signed_in,
    viewer,
)

can_list = signed_in
can_see = hidden(viewer | administrator)
can_start = member | administrator
# What starts with a token of its own, starts with no more than its starter came with.
can_lend = Rule(
    "whose own credential may do as much", lambda actor, lent: covers(actor, lent.scopes, lent.project_id)
)
can_call = member | administrator
can_read_log = owner | developer | administrator
can_operate = owner | manager | administrator
