"""Who may do what with modules and releases."""

from fairhaven.catalog.schemas import Visibility
from fairhaven.core.policy import (
    Rule,
    administrator,
    anyone,
    developer,
    hidden,
    manager,
    owner,
    signed_in,
    viewer,
)

public = Rule("anyone, when it is public", lambda actor, module: module.visibility == Visibility.PUBLIC)

can_list = anyone
# Modules whose metadata was never right are for those who can mend it.
mended = Rule("once its metadata was right", lambda actor, module: not module.hidden)
can_see = hidden((public | viewer | administrator) & (mended | owner | developer | administrator))
can_check_text = signed_in
can_keep_searches = signed_in
# Working out what a tool would run, and writing files from a template, keeps nothing.
can_plan = signed_in
can_start = signed_in
can_register = developer | administrator
# Folders, and the key that ssh uses, belong to the platform's machine and not to whoever names them.
can_use_this_machine = administrator
can_check = developer | administrator
can_assess = developer | administrator
can_see_hook = developer | administrator
can_rotate_hook = developer | administrator
can_remove = owner | manager | administrator
# Whether it is built, and who may see it.
can_change = manager | administrator
# The caller proves itself with the hook's own secret.
can_push = anyone

can_list_feeds = signed_in
can_see_feed = hidden(viewer | administrator)
can_add_feed = developer | administrator
can_check_feed = developer | administrator
can_remove_feed = manager | administrator

can_list_depositories = signed_in
can_draft_deposit = developer | administrator
# What is published there stays for ever.
can_publish_deposit = manager | administrator
