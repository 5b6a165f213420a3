"""`python -m fairhaven` is the command `fairhaven`."""

from fairhaven.cli.main import main

if __name__ == "__main__":
    main()
