"""Entry file of a worker, and of the nursery that forks workers: run by path with the module's interpreter.

It loads its own folder as a package under a private name, so the module finds neither this folder on
`sys.path` nor any of its file names.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

PACKAGE = "_fairhaven_worker"


def start() -> None:
    """Load the folder that holds this file as a package and hand over to its `main`."""
    folder = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != folder]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, str(folder / "__init__.py"), submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise SystemExit(f"the worker's own files are missing from {folder}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    if "--nursery" in sys.argv:
        importlib.import_module(PACKAGE + ".nursery").wait_for_birth()  # returns in each forked worker
    importlib.import_module(PACKAGE + ".main").main()


if __name__ == "__main__":
    start()
