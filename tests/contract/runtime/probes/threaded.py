"""A library that starts a thread when it is imported; it is no module that could be served."""

import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
