"""Who may do what with secrets. Nobody reads a value: the platform delivers it to what runs."""

from fairhaven.core.policy import Rule, administrator, developer, manager, signed_in

_of_no_project = Rule(
    "with no token that is for one project only", lambda actor, thing: actor.project is None
)

can_keep_own = signed_in & _of_no_project
can_use_of_project = developer | administrator
can_change_of_project = manager | administrator
