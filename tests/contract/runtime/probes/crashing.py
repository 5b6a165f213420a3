"""A module that takes its process down while it is imported."""

import os

os._exit(7)
