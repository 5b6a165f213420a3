"""Settings: one frozen object, read once by `app.py` from `fairhaven.toml` and `FAIRHAVEN_*`.

Environment wins over the file; both win over the defaults, which suit one laptop.
"""

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from fairhaven.core.depositories import Depository
from fairhaven.core.forges import ForgeHost
from fairhaven.core.issuers import Issuer
from fairhaven.core.schemas import RESOURCE

MIB = 1 << 20
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


class Limits(BaseModel):
    """How often one may ask; 0 turns a limit off. Rates are of each web process by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor_rate: float = Field(500.0, ge=0, description="Requests a second of one person or token, lasting.")
    actor_burst: int = Field(5000, ge=1, description="Requests of one person or token at once, before that.")
    address_rate: float = Field(
        500.0, ge=0, description="Requests a second from one address without signing in, lasting."
    )
    address_burst: int = Field(
        5000, ge=1, description="Requests from one address without signing in at once, before that."
    )
    refused_rate: float = Field(
        2.0, ge=0, description="Credentials a second from one address that are not valid, lasting."
    )
    refused_burst: int = Field(
        200, ge=1, description="Credentials from one address that are not valid at once, before that."
    )
    sign_in_address: int = Field(
        100, ge=0, description="Tries to sign in from one address in a window, over all processes."
    )
    sign_in_account: int = Field(
        10, ge=0, description="Tries to sign in into one account in a window, over all processes."
    )
    sign_in_window: float = Field(900.0, gt=0, description="Seconds of a window of tries.")


class Level(BaseModel):
    """A bundle with a name: a role in a project, and what each person who has it may use there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["viewer", "member", "developer", "manager"] = Field(
        "viewer", description="What whoever has it may do in the project."
    )
    limits: dict[Annotated[str, Field(pattern=RESOURCE)], Annotated[float, Field(ge=0, le=1e12)]] = Field(
        {},
        description="The most that each person who has it may use there: `workloads = 2`, `gpu_hours = 20`. "
        "A limit that is set for one person counts instead.",
    )
    says: str = Field("", max_length=300, description="One sentence for people: whom it is for.")


LevelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]


class Settings(BaseSettings):
    """Every knob of the platform; `fairhaven doctor` prints the values in effect."""

    model_config = SettingsConfigDict(
        env_prefix="FAIRHAVEN_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    name: str = Field("Fairhaven", description="What this installation calls itself.")
    data: Path = Field(
        default_factory=lambda: default_data_folder(),
        description="Folder of everything that is kept on this machine.",
    )
    listen: str = Field("127.0.0.1:8080", description="Where the gateway listens, `host:port`.")
    address: str | None = Field(None, description="What people type, when it is not http://<listen>.")
    database: SecretStr = Field(SecretStr("embedded:"), description="`embedded:` or `postgresql://…`.")
    objects: SecretStr = Field(
        SecretStr("embedded:"),
        description="Object store: `embedded:` or `s3+https://key:secret@host/bucket`.",
    )
    gateway: str = Field("embedded:", description="`embedded:` (Traefik), or `none:` to be reached directly.")
    engines: list[str] = Field(["local:"], description="Where workloads run.")
    secrets: str = Field(
        "table:",
        description="Where secrets are kept: `table:` (encrypted, in the database) or "
        "`vault+https://host/mount/prefix` (OpenBao, Vault).",
    )
    secrets_key: str = Field(
        "file:",
        description="Where the keys of `table:` are: `file:` (made below `data`), `file:/a/path`, or "
        '`command:["program", "argument"]`, which prints them.',
    )
    secrets_token: str = Field(
        "environment:VAULT_TOKEN",
        description="Where the token for `vault+https:` is: `environment:NAME` or `file:/a/path`.",
    )
    web_port: int = Field(
        0, ge=0, le=65535, description="Port of the web process behind the gateway; 0: any free one."
    )
    web_url: str | None = Field(
        None, description="How the gateway reaches the web process, when it is on another machine."
    )
    max_body: int = Field(2 * MIB, ge=1024, description="Largest body of an ordinary request, bytes.")
    max_upload: int = Field(1024 * MIB, ge=MIB, description="Largest file that may be uploaded, bytes.")
    job_concurrency: int = Field(8, ge=1, le=100, description="Jobs that one worker runs at a time.")
    build_concurrency: int = Field(2, ge=1, le=100, description="Builds that one worker runs at a time.")
    build_timeout: float = Field(1800.0, gt=0, description="Longest time of one build stage, seconds.")
    probe_timeout: float = Field(180.0, gt=0, description="Longest time a module may take to load, seconds.")
    poll_interval: float = Field(
        60.0, gt=0, description="Time between looks at modules' repositories, seconds."
    )
    feed_interval: float = Field(
        3600.0, gt=0, description="Time between looks at lists of modules elsewhere, seconds."
    )
    contact: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Mail address that harvesters of the catalog are given; else postmaster at this host.",
    )
    forges: list[ForgeHost] = Field(
        [],
        description="Machines that hold repositories: a table `[[forges]]` of the file for each of them, "
        "with what follows.",
    )
    forge_interval: float = Field(
        86_400.0,
        ge=0,
        description="Time between looks at what the forge says of a module's repository, seconds; 0: never.",
    )
    local_folders: bool = Field(
        True, description="Whether administrators may register folders of this machine."
    )
    tools: list[Path] = Field(
        [],
        description="Folders of tools of your own: each folder in them with a `tool.yaml` is one. They hide "
        "those of the same name that came with Fairhaven.",
    )
    local_unprotected: bool = Field(
        False,
        description="Whether code of several people may run on this machine where no sandbox keeps it apart.",
    )
    session_hours: float = Field(336.0, gt=0, description="How long a sign-in lasts, hours.")
    issuers: list[Issuer] = Field(
        [],
        description="Who may say who somebody is (OpenID Connect): a table `[[issuers]]` of the file for "
        "each, with what follows.",
    )
    depositories: list[Depository] = Field(
        [],
        description="Where releases may be deposited, and get a DOI: a table `[[depositories]]` of the file "
        "for each, with what follows.",
    )
    local_accounts: bool = Field(
        False, description="Whether people may sign in with a name and a password that are kept here."
    )
    limits: Limits = Field(
        Limits(), description="How often one may ask: the table `[limits]` of the file, with what follows."
    )
    levels: dict[LevelName, Level] = Field(
        {},
        description="Levels of access, from the least to the most: the tables `[levels.NAME]` of the file, "
        "with `role`, `limits` and `says`. Roles are levels by themselves.",
    )
    proxies: list[str] = Field(
        [],
        description="Networks of proxies in front of the gateway: their X-Forwarded-For is believed.",
    )
    cors_origins: list[str] = Field(
        [],
        description="Other sites whose pages may ask the REST interface, with tokens only: `https://host`.",
    )
    hsts: int = Field(
        31_536_000,
        ge=0,
        description="Seconds for which browsers keep to https, sent when `address` is https; 0: not sent.",
    )
    outbound_allow: list[str] = Field(
        [],
        description="Networks of your own that addresses given by people may lead to: `10.20.0.0/16`.",
    )
    outbound_proxy: SecretStr | None = Field(
        None,
        description="Proxy for addresses given by people, `http://proxy:3128`. It then resolves their names: "
        "let it keep your own networks out.",
    )
    docs_url: str | None = Field(None, description="Where the documentation is published; pages link to it.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines are written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged."
    )
    trace_endpoint: str | None = Field(None, description="OTLP/HTTP address that receives traces.")

    @field_validator("listen")
    @classmethod
    def _listen_has_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError("write it as host:port, for example 127.0.0.1:8080")
        return value

    @field_validator("levels")
    @classmethod
    def _are_not_roles(cls, value: dict[str, Level]) -> dict[str, Level]:
        if taken := value.keys() & {"viewer", "member", "developer", "manager"}:
            raise ValueError(f"{sorted(taken)[0]} is a role: give the level another name")
        return value

    @field_validator("issuers")
    @classmethod
    def _are_several(cls, value: list[Issuer]) -> list[Issuer]:
        for taken in ([each.name for each in value], [each.url for each in value]):
            if len(set(taken)) < len(taken):
                raise ValueError("each issuer needs a name and a url of its own")
        return value

    @field_validator("depositories")
    @classmethod
    def _have_names(cls, value: list[Depository]) -> list[Depository]:
        if len({each.name for each in value}) < len(value):
            raise ValueError("each depository needs a name of its own")
        return value

    @model_validator(mode="after")
    def _rules_give_levels_that_are_there(self) -> "Settings":
        known = {"viewer", "member", "developer", "manager", *self.levels}
        for level in (rule.level for issuer in self.issuers for rule in issuer.claims):
            if level is not None and level not in known:
                raise ValueError(f"a rule of `issuers.claims` gives {level!r}, which is no level")
        return self

    @field_validator("forges")
    @classmethod
    def _are_several_machines(cls, value: list[ForgeHost]) -> list[ForgeHost]:
        if len({each.host for each in value}) < len(value):
            raise ValueError("each forge needs a host of its own")
        return value

    @field_validator("proxies", "outbound_allow")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        for each in value:
            ipaddress.ip_network(each)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: list[str]) -> list[str]:
        for each in value:
            if not _ORIGIN.fullmatch(each):
                raise ValueError(f"name each site as https://host or https://host:port, not {each!r}")
        return value

    @field_validator("data")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def public_url(self) -> str:
        return (self.address or f"http://{self.listen}").rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _settings_file())


def load(**given: Any) -> Settings:
    """Read the settings; `given` (from the command line) wins over everything.

    Raises:
        pydantic.ValidationError: a setting is unknown or wrong; the message names it.
    """
    return Settings(**{name: value for name, value in given.items() if value is not None})


def default_data_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "fairhaven"


def _settings_file() -> Path:
    return Path(os.environ.get("FAIRHAVEN_CONFIG", "fairhaven.toml"))
