"""Flags as deepaas has them: on the command line, in configuration files and in the environment.

As there, a flag that comes later wins over one that comes sooner, `--config-file` being such a flag; the
environment (`OS_DEFAULT__LISTEN_PORT`) wins over files, and flags that were typed win over it.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from fairhaven_runtime.cli.deepaas import VERSION, files

TRUE, FALSE = ("true", "1", "on", "yes"), ("false", "0", "off", "no")


class Filed(NamedTuple):
    """A value from a file, until it is known whether the environment has another."""

    value: Any


@dataclass(frozen=True)
class Flag:
    """One flag: `read` makes its value of a text; a `switch` takes none and has an opposite, `--noNAME`."""

    name: str
    help: str
    default: Any = None
    read: Callable[[str], Any] = str
    switch: bool = False
    short: str = ""
    also: tuple[str, ...] = ()
    metavar: str | None = None

    @property
    def dest(self) -> str:
        """Its name in files, and in the environment but for the case."""
        return self.name.replace("-", "_")

    def value(self, text: str) -> Any:
        """The value that a file or the environment tells.

        Raises:
            ConfigFailed: it tells none.
        """
        try:
            return boolean(text) if self.switch else self.read(text)
        except (ValueError, argparse.ArgumentTypeError) as error:
            raise files.ConfigFailed(f"{self.dest} = {text}: {error}") from None


def parser(
    prog: str, flags: Iterable[Flag], *, description: str | None = None, version: bool = True
) -> argparse.ArgumentParser:
    """A parser of these flags, in the order of their names."""
    made = argparse.ArgumentParser(prog, description=description)
    actions = [pair for flag in flags for pair in _actions(flag)]
    actions += [("version", _version)] if version else []
    actions += [("config-dir", _config_dir(flags)), ("config-file", _config_file(flags))]
    for _, add in sorted(actions, key=lambda action: action[0]):
        add(made)
    return made


def first_look(made: argparse.ArgumentParser, flags: Sequence[Flag], given: list[str]) -> argparse.Namespace:
    """The flags, leaving aside what only the module knows.

    Raises:
        ConfigFailed: a configuration file cannot be used.
    """
    start = _of_files(files.found(made.prog), flags)
    return _settled(made.parse_known_args(given, start)[0], flags)


def all_of(made: argparse.ArgumentParser, flags: Sequence[Flag], given: list[str]) -> argparse.Namespace:
    """The flags, when there is nothing beside them.

    Raises:
        ConfigFailed: a configuration file cannot be used.
    """
    return _settled(made.parse_args(given, _of_files(files.found(made.prog), flags)), flags)


def boolean(text: str) -> bool:
    """A truth value, as configuration files spell it."""
    if text.lower() not in TRUE + FALSE:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return text.lower() in TRUE


def number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.strip().lstrip("-").isdigit():
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
        if int(text) < least or (most is not None and int(text) > most):
            raise argparse.ArgumentTypeError(f"{text} is not within {least}..{'' if most is None else most}")
        return int(text)

    return read


def _settled(options: argparse.Namespace, flags: Iterable[Flag]) -> argparse.Namespace:
    """Every flag's value: as typed, else of the environment, else of a file, else the default."""
    for flag in flags:
        value = getattr(options, flag.dest, None)
        told = os.environ.get(f"OS_DEFAULT__{flag.dest.upper()}")
        if told is not None and (value is None or isinstance(value, Filed)):
            value = flag.value(told)
        if isinstance(value, Filed):
            value = value.value
        setattr(options, flag.dest, flag.default if value is None else value)
    return options


Adder = Callable[[argparse.ArgumentParser], Any]


def _actions(flag: Flag) -> list[tuple[str, Adder]]:
    names = [
        f"--{flag.name}",
        *([f"-{flag.short}"] if flag.short else []),
        *(f"--{name}" for name in flag.also),
    ]
    settings: dict[str, Any] = {"dest": flag.dest, "default": None, "help": flag.help.replace("%", "%%")}
    if not flag.switch:
        settings |= {"type": flag.read, "metavar": flag.metavar}
        return [(flag.name, lambda made: made.add_argument(*names, **settings))]
    opposite = f"no{flag.name}"
    no = settings | {"action": "store_false", "help": f"the opposite of --{flag.name}"}
    return [
        (flag.name, lambda made: made.add_argument(*names, action="store_true", **settings)),
        (opposite, lambda made: made.add_argument(f"--{opposite}", **no)),
    ]


def _version(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--version", action="version", version=VERSION, help="show which deepaas this stands for"
    )


def _config_file(flags: Iterable[Flag]) -> Adder:
    text = "configuration file; may be given several times"
    read = lambda path: [Path(path)]  # noqa: E731
    return lambda made: made.add_argument(
        "--config-file", action=_taking(flags, read), metavar="PATH", help=text
    )


def _config_dir(flags: Iterable[Flag]) -> Adder:
    text = "folder of configuration files (*.conf), taken in the order of their names"
    return lambda made: made.add_argument(
        "--config-dir", action=_taking(flags, files.of_folder), metavar="DIR", help=text
    )


def _taking(flags: Iterable[Flag], read: Callable[[str], list[Path]]) -> type[argparse.Action]:
    """What happens at `--config-file`: the files' values are put over those of before."""

    class Take(argparse.Action):
        def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
            vars(namespace).update(vars(_of_files(read(values), flags)))

    return Take


def _of_files(paths: Iterable[Path], flags: Iterable[Flag]) -> argparse.Namespace:
    told = {name: text for path in paths for name, text in files.values(path).items()}
    return argparse.Namespace(
        **{each.dest: Filed(each.value(told[each.dest])) for each in flags if each.dest in told}
    )
