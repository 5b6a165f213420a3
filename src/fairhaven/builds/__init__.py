"""Builds: one run for one commit of a module, in stages with evidence, from its source to a release."""
