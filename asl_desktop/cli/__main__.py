"""``python -m asl_desktop.cli`` does what ``asl`` does."""

from asl_desktop.cli import main

if __name__ == "__main__":
    main()
