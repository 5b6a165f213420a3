"""The half that runs inside the module's own environment.

Everything in this folder runs on Python >= 3.8 and imports the standard library only, plus whatever the
module brings. It is started by path through `start.py`: nothing of it is installed beside the module.
"""
