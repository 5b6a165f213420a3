"""People and how they sign in: one-time links, cookie sessions, personal access tokens, device logins."""
