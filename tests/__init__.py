"""Tests: unit tests beside the package they test, end-to-end tests over real HTTP, and their shared support."""
