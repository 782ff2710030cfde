"""Tests: unit beside the room they test, end-to-end over real HTTP against the playground."""
