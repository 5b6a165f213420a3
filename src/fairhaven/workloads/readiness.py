"""Asks a started workload whether it can answer yet: `/readyz` of the runtime, over plain HTTP."""

from dataclasses import dataclass, replace

import httpx

PATIENCE = 2.0  # seconds for one question


@dataclass(frozen=True)
class Readiness:
    """Whether it answers, and if not, why: `failed` when it says itself that it cannot."""

    ready: bool
    reason: str | None = None
    failed: bool = False
    quoted: bool = False  # whether the reason is in the module's own words

    def unquoted(self) -> "Readiness":
        """The same without the module's words: they may tell a secret, which its log masks."""
        if not self.quoted:
            return self
        word = "It cannot get ready" if self.failed else "It is getting ready"
        return replace(self, reason=f"{word}: its log tells more.", quoted=False)


async def ask(address: str) -> Readiness:
    """Ask once; a server that does not listen yet is on its way."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            answer = await client.get(f"{address}/readyz")
    except httpx.HTTPError:
        return Readiness(False, "Its server does not listen yet.")
    if answer.is_success:
        return Readiness(True)
    return _refused(answer)


def _refused(answer: httpx.Response) -> Readiness:
    try:
        said = answer.json()
        reason, status = str(said["reason"])[:1000], said.get("status")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Readiness(False, f"Its server answers with status {answer.status_code}.")
    return Readiness(False, reason, failed=status == "failed", quoted=True)
