"""The command `fairhaven` (`main.py`). Needs only the client; what runs a platform is loaded when used."""
