"""The source tree of a next version of the bot, with one more migration, for tests of a deploy."""

import shutil
from pathlib import Path

from storage.schema import HEAD
from tests.support.process_launcher import ROOT
from tests.support.source_tree import PACKAGES

NEXT = f"{int(HEAD) + 1:04}"
_COLUMN = 'sa.Column("note", sa.Text, nullable=False, server_default="none"),\n'
_MIGRATION = f'''
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{NEXT}", "{HEAD}", None, None


def upgrade():
    op.add_column("requests", {_COLUMN.strip().rstrip(",")})
    op.create_table("notes", sa.Column("id", sa.BigInteger, primary_key=True))
'''


def write_next_version(folder: Path) -> Path:
    """Copy the source tree and add a migration, which adds a column to the requests and a table. Return its root."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package)
    (folder / "storage/migrations/versions" / f"v{NEXT}_next.py").write_text(_MIGRATION, encoding="utf-8")
    _edit(folder / "storage/schema.py", f'HEAD = "{HEAD}"', f'HEAD = "{NEXT}"')
    _edit(folder / "storage/schema.py", '    sa.Column("cost", ', f'    {_COLUMN}    sa.Column("cost", ')
    _edit(folder / "core/model.py", "    cost: float", '    note: str = "none"\n    cost: float')
    return folder


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
