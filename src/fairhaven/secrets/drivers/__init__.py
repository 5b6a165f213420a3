"""Where secrets may be kept."""
