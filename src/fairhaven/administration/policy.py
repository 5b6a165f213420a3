"""Who may look at the whole installation."""

from fairhaven.core.policy import administrator

can_see_overview = administrator
