"""Projects, the tenants of an installation, and who is a member of them in which role."""
