"""The front page and the list of the API: reads other domains, owns nothing."""
