"""Summaries of many documents: one after another, side by side, or on a cluster."""
