"""Settings of forges: which machine speaks which API, and where our token for it is."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from fairhaven.core.issuers import is_safe
from fairhaven.core.references import SHAPE


class ForgeHost(BaseModel):
    """A machine that holds repositories. github.com, gitlab.com and codeberg.org are known by themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(
        pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$",
        description="Its name as it stands in addresses of repositories: `git.example.org`.",
    )
    kind: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9-]{0,29}$",
        description="`github`, `gitlab`, `gitea` (also for Forgejo), or `git`: it is asked nothing. "
        "Without it, the machine is asked what it is.",
    )
    api: str | None = Field(
        None, description="Where its API is, when it is not where it usually is: `https://git.example.org/x`."
    )
    token: str | None = Field(
        None,
        pattern=SHAPE,
        description="Where our token is: `environment:NAME` or `file:/a/path`. One that may read what is "
        "public is enough; it raises the limits of what may be asked.",
    )

    @field_validator("api")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        if value is not None and (not is_safe(value) or "?" in value or "#" in value):
            raise ValueError("give https://…; http:// is for a forge on this very machine")
        return value.rstrip("/") if value else value
