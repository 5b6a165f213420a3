"""Configuration files in the form of oslo.config: `name = value` below `[DEFAULT]`."""

import configparser
from pathlib import Path

PROJECT = "deepaas"


class ConfigFailed(Exception):
    """A configuration file cannot be used; the text says why."""


def values(path: Path) -> dict[str, str]:
    """The values of one file.

    Raises:
        ConfigFailed: it is not there, or is no such file.
    """
    reader = configparser.RawConfigParser(strict=False, default_section="", empty_lines_in_values=False)
    reader.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        reader.read_string(path.read_text(), str(path))
    except OSError as error:
        raise ConfigFailed(f"Failed to find some config files: {path} ({error.strerror})") from error
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ConfigFailed(f"Failed to parse {path}: {error}") from error
    told = reader["DEFAULT"] if reader.has_section("DEFAULT") else {}
    return {name: _unquoted(text) for name, text in told.items()}


def of_folder(name: str) -> list[Path]:
    """The files of a folder, in the order of their names.

    Raises:
        ConfigFailed: there is no such folder.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise ConfigFailed(f"Failed to read config file directory: {name}")
    return sorted(folder.glob("*.conf"))


def found(prog: str) -> list[Path]:
    """The files that are taken unasked: of all commands, then of this one."""
    home = Path.home()
    places = [home / f".{PROJECT}", home, Path("/etc", PROJECT), Path("/etc")]
    named = [_first(places, name) for name in (f"{PROJECT}.conf", f"{prog}.conf")]
    folders = [_first(places, name) for name in (f"{PROJECT}.conf.d", f"{prog}.conf.d")]
    return [path for path in named if path] + [
        path for folder in folders if folder for path in of_folder(str(folder))
    ]


def _first(places: list[Path], name: str) -> Path | None:
    return next((place / name for place in places if (place / name).exists()), None)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
