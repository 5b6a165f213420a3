"""Documents of catalog items in the formats of the world: pure functions, which fetch nothing."""
