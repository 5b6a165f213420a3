"""Names a penguin's species: `api` speaks DEEPaaS, `table` checks rows, `model` learns, `store` keeps."""
