"""Who may do what with projects. What is hidden is not there for whoever is no member."""

from fairhaven.core.policy import (
    Rule,
    administrator,
    anyone,
    covers,
    hidden,
    manager,
    signed_in,
    viewer,
)

can_list = signed_in
can_see = hidden(viewer | administrator)
can_create = administrator
can_administer = administrator
can_manage = manager | administrator
can_leave = hidden(viewer)
can_give = Rule(
    "whoever has at least as high a role in the project, or an administrator",
    lambda actor, given: actor.administrator or (actor.roles.get(given.project_id) or 0) >= given.role,
)
can_lend = Rule(
    "whose own credential may do as much", lambda actor, lent: covers(actor, lent.scopes, lent.project_id)
)
can_read_invitation = anyone
can_accept = Rule(
    "anyone signed in, with a credential for all projects",
    lambda actor, thing: actor.signed_in and actor.project is None,
)
can_see_brand = anyone
can_read_terms = anyone
can_accept_terms = signed_in
can_see_everybodys_quotas = hidden(manager | administrator)
can_limit_people = hidden(manager | administrator)
can_limit_projects = administrator
