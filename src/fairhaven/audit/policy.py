"""Who may read what happened."""

from fairhaven.core.policy import administrator, manager, signed_in

can_read_own_acts = signed_in
can_read_a_project = manager | administrator
can_read_everything = administrator
can_verify = administrator
