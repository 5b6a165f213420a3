"""New modules from templates: a form, and the files of a repository that passes the platform's build at once.

Templates are folders below `starters`; Jinja fills them in a sandbox that runs no code of theirs, in memory
and without network. (`templates`, beside it, holds pages.) Pure: no database, no web.
"""
