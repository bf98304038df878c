"""Many documents, against a server that writes what a small model would."""
