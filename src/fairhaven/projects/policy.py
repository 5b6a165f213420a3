"""Who may do what with projects."""

from fairhaven.core.policy import administrator, signed_in, viewer

can_list = signed_in
can_see = viewer | administrator
