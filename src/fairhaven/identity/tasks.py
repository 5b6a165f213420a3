"""Jobs of identity."""

from fairhaven.core.jobs import task
from fairhaven.core.platform import Platform
from fairhaven.identity.issuers import issuers_of


@task("identity.lapse", every="*/10 * * * *")
async def lapse(platform: Platform) -> None:
    """End memberships that their issuer has not confirmed for too long."""
    await issuers_of(platform).lapse()
