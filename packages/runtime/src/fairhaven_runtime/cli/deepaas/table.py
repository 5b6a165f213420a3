"""The flags themselves, by what they are about; those without a meaning here are named too."""

import argparse
import os
import sys
from collections.abc import Iterable

from fairhaven_runtime.cli.deepaas.flags import Flag, number

LISTENING = (
    Flag("listen-ip", "address to listen on", "127.0.0.1"),
    Flag("listen-port", "port to listen on", 5000, number(0, 65535)),
    Flag("base-path", "what all paths begin with, behind a reverse proxy", ""),
)

LOGGING = (
    Flag("debug", "log more", False, switch=True, short="d"),
    Flag("log-config-append", "ignored", metavar="PATH", also=("log-config", "log_config")),
    Flag("log-date-format", "form of dates in the log, as strftime has it", metavar="DATE_FORMAT"),
    Flag("log-dir", "folder of the log file", also=("logdir",)),
    Flag("log-file", "log to this file, not to standard output", metavar="PATH", also=("logfile",)),
    Flag("syslog-log-facility", "ignored"),
    Flag("use-journal", "ignored", False, switch=True),
    Flag("use-json", "ignored", False, switch=True),
    Flag("use-syslog", "ignored", False, switch=True),
    Flag("watch-log-file", "open the log file anew when it was moved, as always", False, switch=True),
)

CALLING = (
    Flag("deepaas_method_output", "write the result to this file"),
    Flag(
        "deepaas_with_multiprocessing",
        "ignored: a process of its own always runs the module",
        True,
        switch=True,
    ),
)

PREDICTING = (
    Flag("input-file", "the file to predict for", short="i"),
    Flag(
        "content-type", "media type of the result (default: application/json)", "application/json", short="ct"
    ),
    Flag("output", "folder that the result is put into", short="o"),
    Flag("url", "the input is the address of a file", False, switch=True, short="u"),
)

WITHOUT_MEANING = {
    "debug_endpoint",
    "deepaas_with_multiprocessing",
    "log_config_append",
    "syslog_log_facility",
    "use_journal",
    "use_json",
    "use_syslog",
}
"""The flags, as files name them, that are taken and ignored."""


def serving() -> tuple[Flag, ...]:
    """The flags of the server that all commands take."""
    model = os.environ.get("DEEPAAS_V2_MODEL", "")
    return (
        Flag("train-endpoint", "offer trainings (default: yes)", True, switch=True),
        Flag("predict-endpoint", "offer predictions (default: yes)", True, switch=True),
        Flag("debug-endpoint", "ignored: what the module prints is in the log", False, switch=True),
        Flag("doc-endpoint", "offer pages about the API (default: yes)", True, switch=True),
        Flag("workers", "processes for predictions (default: 1)", 1, number(0), short="p"),
        Flag("client-max-size", "bytes of a request's body; 0: any (default)", 0, number(0)),
        Flag("warm", "call the module's `warm` first (default: yes)", True, switch=True),
        Flag("model-name", "which module, when there are several (default: DEEPAAS_V2_MODEL)", model),
    )


def tell_ignored(options: argparse.Namespace, prog: str, flags: Iterable[Flag]) -> None:
    """Say on standard error what was asked for and has no meaning here."""
    for flag in flags:
        value = getattr(options, flag.dest)
        if flag.dest in WITHOUT_MEANING and value != flag.default:
            no = "no" if flag.switch and not value else ""
            print(f"{prog}: --{no}{flag.name} has no meaning here and is ignored", file=sys.stderr)
