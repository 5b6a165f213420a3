"""The audit log: every fact in one order that nobody changes unnoticed, to read, export and verify."""
