"""Where the key-encryption keys come from: a file, or what a command prints (a KMS, a password manager).

Either holds one key a line, 32 bytes in base64, the newest first; lines that begin with `#` are for people.
Earlier keys stay below, for what was sealed with them and for backups.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fairhaven.core.components.folders import private_folder, write_private
from fairhaven.core.errors import Unconfigured
from fairhaven.core.sealing.envelope import Key

TIME_LIMIT = 30.0  # seconds that a command may take
HEADER = (
    "# Keys of Fairhaven's secrets, the newest first. Whoever has them and the database reads all secrets.\n"
)


class KeySource(Protocol):
    """Gives the ring of keys, the newest first."""

    async def read(self) -> Sequence[Key]: ...


class KeyFile:
    """A file that only we can read. Without a path of its own it is made at the first use."""

    def __init__(self, path: Path, *, ours: bool) -> None:
        self.path, self.ours = path, ours

    async def read(self) -> Sequence[Key]:
        return await asyncio.to_thread(self._read)

    def make(self) -> None:
        """Make it with a first key; another process may do so at the same moment, then its file counts."""
        private_folder(self.path.parent)
        draft = write_private(self.path.with_name(f"{self.path.name}.{os.getpid()}"), _written([Key.make()]))
        try:
            os.link(draft, self.path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def turn(self) -> Key:
        """Put a new key above the others, and return it."""
        new = Key.make()
        write_private(self.path, _written([new, *self._read()]))
        return new

    def _read(self) -> Sequence[Key]:
        try:
            if self.path.stat().st_mode & 0o007:
                raise Unconfigured(
                    f"The keys in {self.path} can be read by everybody.", fix=f"chmod 600 {self.path}"
                )
            return _keys(self.path.read_text(), str(self.path))
        except FileNotFoundError:
            raise NoKeys(
                f"There is no file of keys at {self.path}.",
                fix="Put it back from a backup: without it no secret can be read.",
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise Unconfigured(f"The keys in {self.path} cannot be read: {error}.") from None


class KeyCommand:
    """A program that prints the keys; no shell. It runs when a key is needed that is not known yet."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.argv = argv

    async def read(self) -> Sequence[Key]:
        try:
            process = await asyncio.create_subprocess_exec(
                *self.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise Unconfigured(f"`{self.argv[0]}` of `secrets_key` cannot be run: {error}.") from None
        try:
            printed, said = await asyncio.wait_for(process.communicate(), TIME_LIMIT)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Unconfigured(f"`{self.argv[0]}` gave no key within {TIME_LIMIT:g} s.") from None
        if process.returncode:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            raise Unconfigured(
                f"`{self.argv[0]}` gave no key: exit code {process.returncode} {''.join(last)}"
            )
        return _keys(printed.decode(errors="replace"), f"what `{self.argv[0]}` prints")


class NoKeys(Unconfigured):
    """The file of keys is not there."""


def key_source(setting: str, data: Path) -> KeyFile | KeyCommand:
    """Read the setting `secrets_key`.

    Raises:
        Unconfigured: it is neither `file:…` nor `command:[…]`.
    """
    kind, _, rest = setting.partition(":")
    if kind == "file":
        return KeyFile(Path(rest).expanduser() if rest else data / "secrets" / "keys", ours=not rest)
    if kind == "command" and (argv := _argv(rest)):
        return KeyCommand(argv)
    raise Unconfigured('`secrets_key` is `file:`, `file:/a/path` or `command:["program", "argument"]`.')


def _argv(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else []


def _keys(text: str, where: str) -> Sequence[Key]:
    lines = (line.strip() for line in text.splitlines())
    try:
        found = [Key.read(line) for line in lines if line and not line.startswith("#")]
    except ValueError as error:
        raise Unconfigured(f"There is a line in {where} that is no key: {error}.") from None
    if not found:
        raise Unconfigured(f"There is no key in {where}.")
    return found


def _written(keys: Sequence[Key]) -> str:
    return HEADER + "".join(f"{key.written()}\n" for key in keys)
