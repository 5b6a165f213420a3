"""Who may do what with notices."""

from fairhaven.core.policy import Rule, administrator, anyone
from fairhaven.notices.schemas import Audience

can_list = anyone
can_list_all = administrator
can_post = administrator
can_withdraw = administrator
can_see = Rule(
    "whom it concerns: everybody, who is signed in, or the members of a project",
    lambda actor, notice: (
        notice.audience == Audience.EVERYBODY
        or (notice.audience == Audience.SIGNED_IN and actor.signed_in)
        or (notice.project is not None and (notice.project in actor.roles or actor.administrator))
    ),
)
