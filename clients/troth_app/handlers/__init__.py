"""What carries commands out: one small function for each, in a module for each topic."""
