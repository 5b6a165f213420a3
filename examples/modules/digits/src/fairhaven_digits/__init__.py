"""Reads a handwritten digit: `api` speaks DEEPaaS, `picture` sees, `model` learns, `store` keeps."""
