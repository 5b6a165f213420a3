"""What can go wrong with a repository or folder, each saying what to do about it.

All are 422: the address that was given is at fault, or the machine behind it; never a failure of ours.
"""

from fairhaven.core.errors import Problem


class SourceProblem(Problem):
    """The base: something about the address that somebody gave us."""

    status = 422
    title = "The repository cannot be used"


class BadAddress(SourceProblem):
    title = "This is not an address of a repository"
    fix = "Write https://host/owner/repository, or the absolute path of a folder on the platform's machine."


class FoldersNotAllowed(SourceProblem):
    title = "Folders of this machine are not taken here"
    fix = "Give the address of a git repository, or set `local_folders = true` in fairhaven.toml."


class AddressRefused(SourceProblem):
    title = "That address is not asked from here"
    fix = "Give a public address, or ask the operator to name the network in `outbound_allow`."


class RepositoryMoved(SourceProblem):
    title = "The repository is somewhere else now"
    fix = "Give the address at which it is now."


class RepositoryNotFound(SourceProblem):
    title = "There is no such repository"
    fix = "Check the address. A private repository needs to be readable for the platform first."


class BranchNotFound(RepositoryNotFound):
    title = "The repository has no such branch"
    fix = "Check the branch's name, or leave it empty to follow the default branch."


class RepositoryUnreachable(SourceProblem):
    title = "The machine of the repository does not answer"
    fix = "Check the host's name and port; if they are right, try again when it is up."


class SourceTimedOut(SourceProblem):
    title = "The repository did not answer in time"
    fix = "Try again in a moment; if it stays slow, ask whoever runs that machine."


class SourceChanged(SourceProblem):
    title = "That commit is not there any more"
    fix = "The folder or branch changed in the meantime: check the module again to build what is there now."


class RepositoryTooLarge(SourceProblem):
    title = "The repository is too large"
    fix = "Keep weights and data out of git: publish them elsewhere and load them at the start."


class UnsafeRepository(SourceProblem):
    title = "The repository holds something that is not taken"


class NoMetadata(SourceProblem):
    title = "The repository has no metadata"
    fix = "Add the file `ai4-metadata.yml` to the repository's top folder, and commit it."
