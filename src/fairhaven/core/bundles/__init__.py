"""Bundles: a module's source, its built wheel and its locked environment, as one immutable object.

A bundle's name is the SHA-256 of its uncompressed archive, so the same content always has the same name.
`make` stores one, `materialise` unpacks it on this machine and makes its environment, `forget` removes it.
Making the environment runs no code of the module; only a dependency that exists as source alone is built,
and that in the sandbox.
"""

from fairhaven.core.bundles.errors import BundleBroken, BundleRefused, EnvironmentFailed, NoPython
from fairhaven.core.bundles.store import Bundle, forget, key, make, materialise, unpack_source

__all__ = [
    "Bundle",
    "BundleBroken",
    "BundleRefused",
    "EnvironmentFailed",
    "NoPython",
    "forget",
    "key",
    "make",
    "materialise",
    "unpack_source",
]
