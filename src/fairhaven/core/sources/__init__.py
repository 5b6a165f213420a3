"""Git repositories and folders that people name: where a branch stands, one file, all files of a commit.

Everything here distrusts the address and what lies behind it. The door is `head`, `read_file` and `checkout`.
"""

from fairhaven.core.sources.addresses import Address, Protocol, read_branch
from fairhaven.core.sources.errors import (
    AddressRefused,
    BadAddress,
    BranchNotFound,
    FoldersNotAllowed,
    NoMetadata,
    RepositoryMoved,
    RepositoryNotFound,
    RepositoryTooLarge,
    RepositoryUnreachable,
    SourceChanged,
    SourceProblem,
    SourceTimedOut,
    UnsafeRepository,
)
from fairhaven.core.sources.origins import Origin, Place, Standing
from fairhaven.core.sources.repository import (
    Checkout,
    Revision,
    checkout,
    head,
    opened,
    read,
    read_file,
    read_files,
)
from fairhaven.core.sources.surveying import Survey, survey

__all__ = [
    "Address",
    "AddressRefused",
    "BadAddress",
    "BranchNotFound",
    "Checkout",
    "FoldersNotAllowed",
    "NoMetadata",
    "Origin",
    "Place",
    "Protocol",
    "RepositoryMoved",
    "RepositoryNotFound",
    "RepositoryTooLarge",
    "RepositoryUnreachable",
    "Revision",
    "SourceChanged",
    "SourceProblem",
    "SourceTimedOut",
    "Standing",
    "Survey",
    "UnsafeRepository",
    "checkout",
    "head",
    "opened",
    "read",
    "read_branch",
    "read_file",
    "read_files",
    "survey",
]
