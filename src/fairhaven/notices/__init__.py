"""Notices that an administrator posts: what everybody, or who it concerns, should know on every page."""
