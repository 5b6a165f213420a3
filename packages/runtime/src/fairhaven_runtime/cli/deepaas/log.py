"""Log lines in the form that deepaas writes, since scripts read results out of them."""

import argparse
import logging
import logging.handlers
import sys
from pathlib import Path

LINE = "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(message)s"
DATE = "%Y-%m-%d %H:%M:%S"
END_OF_COLOUR = "\033[00m"


def set_up(options: argparse.Namespace, prog: str) -> None:
    """Log to standard output, or to the file that is wanted.

    Raises:
        OSError: the file cannot be written.
    """
    path = _path(options, prog)
    handler: logging.Handler
    if path is None:
        handler, line = logging.StreamHandler(sys.stdout), LINE + END_OF_COLOUR
    else:
        handler, line = logging.handlers.WatchedFileHandler(path), LINE
    handler.setFormatter(logging.Formatter(line, options.log_date_format or DATE))
    logging.basicConfig(level=logging.DEBUG if options.debug else logging.INFO, handlers=[handler])
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def _path(options: argparse.Namespace, prog: str) -> Path | None:
    if options.log_dir and not options.log_file:
        return Path(options.log_dir, f"{prog}.log")
    return Path(options.log_dir or "", options.log_file) if options.log_file else None
