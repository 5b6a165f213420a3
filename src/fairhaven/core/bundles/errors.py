"""What can go wrong with bundles, each saying what to do about it."""

from fairhaven.core.errors import Problem


class BundleRefused(Problem):
    """The source cannot be bundled: it is too large, or holds what no archive should."""

    status = 422
    title = "The module cannot be bundled"


class BundleBroken(Problem):
    """What the object store holds is not what its name says."""

    status = 502
    title = "The bundle is damaged"
    fix = "Build the module again; an operator should check the object store."


class NoPython(Problem):
    """No Python on this machine fits."""

    status = 422
    title = "No fitting Python"


class EnvironmentFailed(Problem):
    """The locked packages could not be installed."""

    status = 502
    title = "The environment cannot be made"
    fix = "Check that the package index can be reached from this machine, then try again."
