"""The command line: one module a command, no logic."""


def main() -> None:
    """Run ``longread``."""
    from longread.cli.app import run

    run()
