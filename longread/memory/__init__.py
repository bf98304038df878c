"""The library: one SQLite file with texts, passages, word index, vectors and sessions."""
