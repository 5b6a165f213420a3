"""The published language: every fact that domains tell each other, one file per domain."""
