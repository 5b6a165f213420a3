"""Every test may use the platform's fixtures."""

pytest_plugins = ["fairhaven.core.testing.plugin"]
