"""A module that cannot be imported."""

raise RuntimeError("the weights file is missing: run download_weights first")
