"""What is measured by hand, not by tests: see README.md here."""
