"""Raw updates of real users, from tests/cases, addressed to the bot of a test."""

import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent.parent / "cases"


def updates_of(name: str, *, bot_id: int, username: str) -> list[dict[str, Any]]:
    """Return the updates of a case without their ids, with this bot in place of the recorded one."""
    text = (CASES / f"{name}.json").read_text(encoding="utf-8")
    addressed = text.replace('"id": 4242', f'"id": {bot_id}').replace("imagine_test_bot", username)
    return [{key: value for key, value in u.items() if key != "update_id"} for u in json.loads(addressed)]
