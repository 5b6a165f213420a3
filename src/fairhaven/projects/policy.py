"""Who may do what with projects."""

from fairhaven.core.policy import administrator, hidden, manager, signed_in, viewer

can_list = signed_in
can_see = hidden(viewer | administrator)
can_see_everybodys_quotas = hidden(manager | administrator)
can_limit_people = hidden(manager | administrator)
can_limit_projects = administrator
