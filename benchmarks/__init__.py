"""Measurements that are run by hand (`make bench`, `make soak`). README.md has the results."""
