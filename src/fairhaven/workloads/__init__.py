"""Anything that runs for somebody: services, batch work, trials; started, watched and ended by engines."""
