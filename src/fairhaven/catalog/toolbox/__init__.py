"""Tools as data: a folder's `tool.yaml` is read strictly, and what would run for a filled-in form worked out.

Pure: no database, no web, no Python in a tool. `reading` gives a definition, or its problems with file, line
and column; `shelf` finds the folders; `values` checks a form by its JSON Schema; `planning` fills its text.
"""
