"""What can go wrong with the embedded programs; each error says what to do about it."""

from pathlib import Path

from fairhaven.core.errors import Problem


class ComponentFailed(Problem):
    """An embedded program could not be started.

    Attributes:
        name: the component.
        reason: one sentence about what happened.
        log_tail: the last lines that it wrote.
        remedy: what to do next.
    """

    status = 503
    title = "An embedded program did not start"
    fix = "Read its last log lines; `fairhaven doctor` tells more."

    def __init__(self, name: str, reason: str, log_tail: str = "", *, fix: str | None = None) -> None:
        super().__init__(f"{name}: {reason}", fix=fix)
        self.name = name
        self.reason = reason
        self.log_tail = log_tail

    def __str__(self) -> str:
        return "\n".join(part for part in (self.detail, self.remedy, self.log_tail) if part)


class PortTaken(ComponentFailed):
    """Another program listens on the address that the gateway should have."""

    title = "The address is already in use"

    def __init__(self, name: str, address: str) -> None:
        self.address = address
        host, _, port = address.rpartition(":")
        other = f"{host}:{int(port) + 1}"
        fix = (
            f"End the program that listens there, or choose another address, for example {other} "
            '(`fairhaven up --listen ADDRESS`, or `listen = "ADDRESS"` in fairhaven.toml).'
        )
        super().__init__(name, f"another program already listens on {address}.", fix=fix)


class HomeInUse(Problem):
    """Another supervisor works in the same folder; `pid` is its process when known."""

    status = 409
    title = "The data folder is in use"

    def __init__(self, home: Path, pid: int | None) -> None:
        self.home = home
        self.pid = pid
        who = f"process {pid}" if pid else "another process"
        ending = f"stop it (kill {pid})" if pid else "stop it"
        fix = (
            f"Use the Fairhaven that already runs, {ending}, or start this one with another folder "
            "(`--data FOLDER`)."
        )
        super().__init__(f"{home} is in use by {who}.", fix=fix)

    def __str__(self) -> str:
        return f"{self.detail}\n{self.remedy}"
