"""How every page looks and behaves: the frame, the macros, the static files and the way they are rendered."""
