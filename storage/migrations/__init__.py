"""Alembic migrations. Each is named by its number, and its docstring lists its changes for the operator."""
