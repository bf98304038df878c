"""The reader in the terminal: screens and widgets over an attendant and a library."""
