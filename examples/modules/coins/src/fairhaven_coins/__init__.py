"""Finds, counts and measures objects in an image: `api` speaks DEEPaaS, `model` does the science."""
