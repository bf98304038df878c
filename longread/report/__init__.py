"""Summaries, conversations and a page on a document, as people and programs read them."""
