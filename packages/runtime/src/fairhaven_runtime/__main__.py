"""`python -m fairhaven_runtime` is the command `fairhaven-runtime`."""

from fairhaven_runtime.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
