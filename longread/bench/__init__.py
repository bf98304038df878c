"""Measurements: each makes rows of plain values, goes on where it was stopped, and sums them up."""
