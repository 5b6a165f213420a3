"""The half that speaks HTTP; it never imports the module."""
