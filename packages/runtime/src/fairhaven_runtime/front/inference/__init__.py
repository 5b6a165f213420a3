"""The Open Inference Protocol v2, on the same handlers as the contract."""
