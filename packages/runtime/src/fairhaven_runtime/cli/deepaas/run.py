"""`deepaas-run`: serve a module, started as deepaas is."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath

from fairhaven_runtime.cli.common import module_python
from fairhaven_runtime.cli.deepaas import flags, log, table
from fairhaven_runtime.cli.deepaas.files import ConfigFailed
from fairhaven_runtime.front.server import serve
from fairhaven_runtime.settings import Settings

PROG = "deepaas-run"
FOREVER = 30 * 24 * 3600.0
"""Seconds: deepaas knows no deadline."""

WELCOME = """
Welcome to the DEEPaaS API endpoint, served by fairhaven-runtime.

    API documentation: {base}/api
    API specification: {base}/swagger.json
          V2 endpoint: {base}/v2

-------------------------------------------------------------------------
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    offered = (*table.LISTENING, *table.LOGGING, *table.serving())
    made = flags.parser(PROG, offered, description="Serves one AI module over HTTP, as deepaas does.")
    try:
        options = flags.all_of(made, offered, list(sys.argv[1:] if arguments is None else arguments))
        if options.base_path and not options.base_path.startswith("/"):
            print("Base path should start with a '/'.", file=sys.stderr)
            return 1
        table.tell_ignored(options, PROG, offered)
        log.set_up(options, PROG)
        settings = _settings(options)
        print(WELCOME.format(base=f"http://{settings.host}:{settings.port}{settings.base_path}"), flush=True)
        serve(settings, _announce)
    except (ConfigFailed, OSError) as error:
        print(f"{PROG}: {error}", file=sys.stderr)
        return 1
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        python=module_python(),
        model=options.model_name,
        host=options.listen_ip,
        port=options.listen_port,
        base_path=str(PurePosixPath("/", options.base_path)).rstrip("/"),
        workers=max(1, options.workers),
        timeout=FOREVER,
        startup_timeout=FOREVER,
        max_upload=options.client_max_size or sys.maxsize,
        train=options.train_endpoint,
        predict=options.predict_endpoint,
        docs=options.doc_endpoint,
        warm=options.warm,
    )


def _announce(address: str) -> None:
    print(f"======== Running on {address} ========\n(Press CTRL+C to quit)", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
