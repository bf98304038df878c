"""Summaries of whole documents, as people and programs read them."""
