"""The commands of deepaas 2.6.0 under their own names: same flags, same outputs, our server and workers."""

VERSION = "2.6.0"
"""The release whose commands these stand for; `--version` prints it."""
