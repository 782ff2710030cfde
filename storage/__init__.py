"""The ledger: tables, migrations and one module of reads and writes for each table."""
