"""What authors do not say of their module, asked of its forge and of its repository's history.

`claim` says whose turn it is, `fill` asks (never inside a transaction), `apply` writes it down apart from
the metadata, each value with who said it and when.
"""

from fairhaven.catalog.service.filling.claiming import apply, claim, due_now, forge_look
from fairhaven.catalog.service.filling.looking import fill
from fairhaven.catalog.service.filling.places import Place, place_of
from fairhaven.catalog.service.filling.told import Due, Filling

__all__ = ["Due", "Filling", "Place", "apply", "claim", "due_now", "fill", "forge_look", "place_of"]
