"""The lowest layer: domain model, clock, background tasks, retry delays and metrics. Imports no other package."""
