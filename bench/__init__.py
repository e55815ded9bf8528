"""How fast it is, beside what others do and beside what its parts cost."""
