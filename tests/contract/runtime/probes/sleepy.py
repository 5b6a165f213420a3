"""A module that never finishes loading."""

import threading

threading.Event().wait()
