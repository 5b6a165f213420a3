"""Where a module's forge shows things to people: a commit, a file, its issues. Asks nobody.

Empty for what is on no forge that is known by its host's name: a wrong link is worse than none.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

# By the host's name: between the repository's address and a commit, and between it and a file of one.
_WAYS = {
    "github": ("/commit/", "/blob/"),
    "gitlab": ("/-/commit/", "/-/blob/"),
    "gitea": ("/commit/", "/src/commit/"),
}
_HOSTS = {"github.com": "github", "codeberg.org": "gitea", "gitea.com": "gitea"}


@dataclass(frozen=True)
class Forge:
    """A repository on the web; `page` is its own page, and empty when the source has none."""

    page: str
    kind: str = ""

    @classmethod
    def of(cls, source: str) -> "Forge":
        parts = urlsplit(source.partition("+")[2].partition("#")[0] if "+http" in source[:40] else source)
        host = parts.hostname or ""
        if parts.scheme not in ("https", "http"):
            return cls("")
        kind = _HOSTS.get(host) or next((each for each in ("gitlab", "gitea", "forgejo") if each in host), "")
        return cls(source.removesuffix(".git"), "gitea" if kind == "forgejo" else kind)

    def commit(self, commit: str) -> str:
        """The page of a commit."""
        return f"{self.page}{_WAYS[self.kind][0]}{quote(commit)}" if self._known(commit) else ""

    def file(self, commit: str, path: str = "") -> str:
        """The page of a file as it was at a commit; without a path, the base of relative addresses."""
        return f"{self.page}{_WAYS[self.kind][1]}{quote(commit)}/{quote(path)}" if self._known(commit) else ""

    @property
    def issues(self) -> str:
        """Where one tells of mistakes."""
        if not self.kind:
            return ""
        return f"{self.page}/-/issues" if self.kind == "gitlab" else f"{self.page}/issues"

    def _known(self, commit: str) -> bool:
        return bool(self.kind) and not commit.startswith("sha256-")
