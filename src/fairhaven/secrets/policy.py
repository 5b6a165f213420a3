"""Who may do what with secrets. Nobody reads a value: the platform delivers it to what runs."""

from fairhaven.core.policy import administrator, developer, hidden, manager, signed_in, viewer

can_keep_own = signed_in
can_know_project = hidden(viewer | administrator)
can_use_of_project = developer | administrator
can_change_of_project = manager | administrator
