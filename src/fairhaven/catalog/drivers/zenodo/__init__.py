"""Records of Zenodo, or of any other InvenioRDM, as sources: `zenodo+https://zenodo.org#123`."""

from fairhaven.catalog.drivers.zenodo.origin import Zenodo

__all__ = ["Zenodo"]
