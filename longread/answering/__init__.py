"""A question is answered from evidence: look up, choose, answer, check, or decline."""
