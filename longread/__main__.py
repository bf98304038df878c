"""``python -m longread``."""

from longread.cli import main

if __name__ == "__main__":
    main()
