"""The platform as a Python object: `Fairhaven(url, token).modules.register("https://…")`."""

from typing import Any

from fairhaven.administration.schemas import Overview
from fairhaven.client.account import Identities, Issuers, LocalAccounts, People, Sessions, Tokens
from fairhaven.client.audit import Audit
from fairhaven.client.base import Connection
from fairhaven.client.builds import Builds
from fairhaven.client.catalog import Modules
from fairhaven.client.deposits import Deposits
from fairhaven.client.feeds import Feeds
from fairhaven.client.notices import Notices
from fairhaven.client.projects import Projects
from fairhaven.client.searches import Searches
from fairhaven.client.secrets import Secrets
from fairhaven.client.templates import Templates
from fairhaven.client.tools import Tools
from fairhaven.client.workloads import Workloads
from fairhaven.identity.schemas import WhoAmI
from fairhaven.personal.schemas import Erasure, PersonalData


class Fairhaven:
    """A platform at `url`, used as the person whose token is given (or as nobody)."""

    def __init__(
        self, url: str = "http://127.0.0.1:8080", token: str | None = None, *, transport: Any = None
    ) -> None:
        self.connection = Connection(url, token, transport=transport)
        self.projects = Projects(self.connection)
        self.modules = Modules(self.connection)
        self.searches = Searches(self.connection)
        self.tools = Tools(self.connection)
        self.templates = Templates(self.connection)
        self.deposits = Deposits(self.connection)
        self.feeds = Feeds(self.connection)
        self.builds = Builds(self.connection)
        self.workloads = Workloads(self.connection)
        self.secrets = Secrets(self.connection)
        self.audit = Audit(self.connection)
        self.notices = Notices(self.connection)
        self.people = People(self.connection)
        self.tokens = Tokens(self.connection)
        self.sessions = Sessions(self.connection)
        self.identities = Identities(self.connection)
        self.issuers = Issuers(self.connection)
        self.local_accounts = LocalAccounts(self.connection)

    def me(self) -> WhoAmI:
        """Who the platform thinks you are."""
        found: WhoAmI = self.connection.get("/me", WhoAmI)
        return found

    def overview(self) -> Overview:
        """The installation in figures; for administrators."""
        found: Overview = self.connection.get("/overviews", Overview)
        return found

    def my_data(self) -> PersonalData:
        """All that the platform keeps of you."""
        found: PersonalData = self.connection.get("/me/data", PersonalData)
        return found

    def erase_me(self, name: str) -> None:
        """Erase your account and all that belongs to it; `name` is yours, to show that you mean it."""
        self.connection.post("/me/erasure", None, json=Erasure(name=name))

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> "Fairhaven":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
