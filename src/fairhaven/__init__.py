"""Fairhaven: an open platform for the whole life of a scientific AI model."""

__version__ = "0.1.0"
