"""longread: reads long documents with a local model and answers questions about them."""

__version__ = "0.1.0"
