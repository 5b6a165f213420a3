"""Engines that come with the platform."""
