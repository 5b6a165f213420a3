"""Who may do what with workloads. Those of other projects do not exist for whoever is no member."""

from fairhaven.core.policy import administrator, developer, hidden, manager, member, owner, signed_in, viewer

can_list = signed_in
can_see = hidden(viewer | administrator)
can_start = member | administrator
can_call = member | administrator
can_read_log = owner | developer | administrator
can_operate = owner | manager | administrator
