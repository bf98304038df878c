"""A command line and a reader with a scripted model, as the quick tests have them."""

from tests.quick.cli.conftest import book, model, run

__all__ = ["book", "model", "run"]
