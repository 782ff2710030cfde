"""Measurements run by hand (`make bench`): the real bot process, the stand-ins in this one. Numbers: README.md."""
