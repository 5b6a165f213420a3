"""Who may do what with builds."""

from fairhaven.core.policy import administrator, developer, hidden, owner, signed_in, viewer

can_list = signed_in
can_see = hidden(viewer | administrator)
can_start = developer | administrator
can_retry = developer | administrator
can_cancel = owner | developer | administrator
