"""What git says when it fails, as an error that tells the reader what to do."""

import re
from collections.abc import Callable

from fairhaven.core.sources.addresses import Address
from fairhaven.core.sources.errors import (
    RepositoryMoved,
    RepositoryNotFound,
    RepositoryTooLarge,
    RepositoryUnreachable,
    SourceChanged,
    SourceProblem,
    SourceTimedOut,
)

_SIGXFSZ = -25
_Make = Callable[[Address, str], SourceProblem]


class WholeOnly(SourceProblem):
    """The server is plain file serving: it gives all of a repository or nothing."""


def understood(address: Address, exit_code: int, said: str, max_bytes: int) -> SourceProblem:
    """The error for what git said; its own last words when they are not known."""
    if exit_code == _SIGXFSZ or "File too large" in said or "signal 25" in said:
        return RepositoryTooLarge(f"It is larger than {max_bytes / (1 << 20):.0f} MiB.")
    for pattern, make in _KNOWN:
        if pattern.search(said):
            return make(address, said)
    detail = f"Git could not read {address.text}: {_last_words(said)}"
    return SourceProblem(detail, fix="Try the address with git.")


def _no_host(address: Address, said: str) -> SourceProblem:
    return RepositoryNotFound(f"No machine is called `{address.host}`.", fix="Check the host's name.")


def _private(address: Address, said: str) -> SourceProblem:
    return RepositoryNotFound(
        f"{address.text} does not exist, or it is private: the server asks who we are.",
        fix="Check the address, or make the repository readable for everybody.",
    )


def _moved(address: Address, said: str) -> SourceProblem:
    return RepositoryMoved(f"The server of {address.text} leads elsewhere.")


def _missing(address: Address, said: str) -> SourceProblem:
    return RepositoryNotFound(f"There is no git repository at {address.text}.")


def _unreachable(address: Address, said: str) -> SourceProblem:
    return RepositoryUnreachable(f"{address.host} cannot be reached: {_last_words(said)}")


def _slow(address: Address, said: str) -> SourceProblem:
    return SourceTimedOut(f"{address.host} did not answer in time.")


def _certificate(address: Address, said: str) -> SourceProblem:
    detail = f"The certificate of {address.host} is not trusted."
    return RepositoryUnreachable(detail, fix="Ask whoever runs that machine to renew it.")


def _no_ssh(address: Address, said: str) -> SourceProblem:
    return RepositoryUnreachable("The program ssh is not installed here.", fix="Use the https address.")


def _no_git(address: Address, said: str) -> SourceProblem:
    return SourceProblem("The program git is not installed here.", fix="Ask the operator to install git.")


def _host_key(address: Address, said: str) -> SourceProblem:
    detail = f"The ssh key of {address.host} is not the one that it had before."
    return RepositoryUnreachable(detail, fix="Ask the operator to check it, and to correct `known_hosts`.")


def _changed(address: Address, said: str) -> SourceProblem:
    return SourceChanged(f"{address.text} does not give this commit.")


def _whole_only(address: Address, said: str) -> SourceProblem:
    return WholeOnly("The server gives all of the repository or nothing.")


# The first that fits is taken, so what is particular stands above what is general.
_WORDS: tuple[tuple[str, _Make], ...] = (
    (r"dumb http transport does not support", _whole_only),
    (r"could not resolve (?:host|hostname|proxy)|name or service not known|name resolution", _no_host),
    (r"cannot run ssh|ssh: not found", _no_ssh),
    (r"host key verification failed|host identification has changed", _host_key),
    (r"could not read (?:username|password)|authentication failed|permission denied \(", _private),
    (r"returned error: 40[13]", _private),
    (r"returned error: 30[12378]", _moved),
    (r"timed? ?out|operation too slow|timeout was reached", _slow),
    (r"certificate|ssl_error|gnutls|\btls\b", _certificate),
    (r"unadvertised object|not our ref|remote did not send all|find remote ref", _changed),
    (r"unexpected commit|bad object|not a valid object|not a tree object", _changed),
    (r"connection (?:refused|reset|closed)|failed to connect|no route|unreachable", _unreachable),
    (r"not found|not appear to be a git|not a git repo|does not exist|no such file|error: 4", _missing),
    (r"returned error: 5|empty reply|early eof|hung up|rpc failed|disconnect", _unreachable),
    (r"cannot start|no such program", _no_git),
)
_KNOWN = tuple((re.compile(words, re.IGNORECASE), make) for words, make in _WORDS)


def _last_words(said: str) -> str:
    """The last telling line, on one line and not too long."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"(?:fatal|error|remote):", line)] or lines
    return (telling[-1] if telling else "it said nothing")[:300]
