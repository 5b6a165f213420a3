"""The programs that Fairhaven runs as its children on one machine: a database, an object store and a
gateway, each with a folder of its own, watched, restarted when they fail, and never left behind.
"""
