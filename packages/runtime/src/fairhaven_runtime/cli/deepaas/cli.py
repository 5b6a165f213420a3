"""`deepaas-cli`: call one function of a module, started as in deepaas; results are in log lines, as there."""

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from fairhaven_runtime.cli import failures
from fairhaven_runtime.cli.common import module_python
from fairhaven_runtime.cli.deepaas import calls, flags, log, methods, table
from fairhaven_runtime.cli.deepaas.files import ConfigFailed
from fairhaven_runtime.cli.session import session
from fairhaven_runtime.errors import LoadFailed, WorkerCrashed

PROG = "deepaas-cli"
PATIENCE = 24 * 3600.0
"""Seconds to load the module: deepaas knows no limit."""

FLAGS = (*table.LOGGING, *table.CALLING)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 done, 1 the module failed, 2 wrong arguments."""
    try:
        return asyncio.run(_run(list(sys.argv[1:] if arguments is None else arguments)))
    except ConfigFailed as error:
        print(f"{PROG}: {error}", file=sys.stderr)
    except LoadFailed as error:
        print(f"[ERROR]: {error}", file=sys.stderr)
    except calls.WrongArguments as error:
        for complaint in failures.complaints(error.answer):
            print(f"{PROG}: error: {complaint}", file=sys.stderr)
        return 2
    except calls.ModuleFailed as error:
        _unhandled(str(error))
    except (OSError, WorkerCrashed) as error:
        _unhandled(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 1


async def _run(given: list[str]) -> int:
    offered = (*FLAGS, *table.serving())
    made = flags.parser(PROG, offered)
    methods.add(made, None)
    options = flags.first_look(made, offered, given)
    async with session(module_python(), options.model_name, patience=PATIENCE, prints=True) as module:
        made = flags.parser(PROG, offered)
        methods.add(made, module.document)
        options = flags.all_of(made, offered, given)
        table.tell_ignored(options, PROG, offered)
        log.set_up(options, PROG)
        await calls.call(module, options)
    return 0


def _unhandled(reason: str) -> None:
    logging.getLogger(PROG).critical("Unhandled error: %s", reason)


if __name__ == "__main__":
    raise SystemExit(main())
