"""`imagine-bot demo --once` prints a chat and writes a picture to the disk."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.process_launcher import DEADLINE, ROOT, started

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _demo(folder: Path, *arguments: str) -> tuple[int, str]:
    async with started(
        *(sys.executable, "-m", "bot", "demo", "--once", *arguments),
        # The settings of the environment must not reach the demo: neither a real token nor a bad value.
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BOT_TOKEN": "real", "DAILY_QUOTA": "x"},
        folder=folder,
        stdout=asyncio.subprocess.PIPE,
    ) as process:
        out, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
    return process.returncode or 0, out.decode()


async def test_the_demo_prints_the_chat_and_writes_a_picture(tmp_path: Path) -> None:
    code, out = await _demo(tmp_path)
    assert code == 0
    path = Path(out.rpartition("The picture: ")[2].strip())
    assert path.parent == tmp_path / "demo-out"
    with Image.open(path) as picture:
        assert picture.width / picture.height == pytest.approx(16 / 9, rel=0.02)
    lines = out.splitlines()
    assert any("Ann      /imagine a lighthouse in a storm --ar 16:9" in line for line in lines)
    assert any("Drawing" in line for line in lines)
    assert any("[photo" in line for line in lines)
    assert any("takes away" in line for line in lines)
    assert not any(line.endswith("s  Imagine  ") for line in lines), "a change of the menu is not in the chat"


async def test_a_prompt_that_cannot_be_drawn_ends_the_demo_with_an_error(tmp_path: Path) -> None:
    code, out = await _demo(tmp_path, "a fox --ar 5:4")
    assert code == 1
    assert "I don’t have 5:4" in out
