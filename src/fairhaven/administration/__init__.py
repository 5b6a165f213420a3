"""The administrator's overview: what there is, how well it is, and where to go from here."""
