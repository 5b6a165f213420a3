"""The front page: what is new in the catalog and what is mine right now. Reads other domains, owns nothing."""
