"""Tests of the admin page without a bot process."""
