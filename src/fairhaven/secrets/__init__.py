"""Secrets of people and projects: kept write-only behind a port, and delivered to what runs for them."""
