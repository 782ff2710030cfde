"""`make soak`: half an hour of generations with faults of every kind and two kills, and the account of it.

Nothing is judged by how fast it was: what counts is that every request ends once, told truly, counted rightly.
"""

import argparse
import asyncio
import itertools
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from aiogram.types import Message

from benchmarks.harness import draw_once
from benchmarks.soak_report import Account, Life, Sample, report
from playground.media import lognormal
from tests.e2e import test_failures as provider
from tests.e2e import test_telegram_failures as telegram
from tests.support.world import World, world

PEOPLE = 3_000
SETTINGS = {"MAX_IN_FLIGHT": "100", "GENERATION_TIMEOUT": "90", "DAILY_QUOTA": "1000"}
SETTLED_WITHIN = 900.0
SAMPLE_EVERY = 30.0
WARM_UP = 60.0
MIB = 1024 * 1024


class Soak:
    """A rush, its faults and its kills, decided by one seed."""

    def __init__(self, made: World, seed: int, share: float) -> None:
        self.world = made
        self.share = share
        self.asked: dict[str, Message] = {}
        self.kinds: Counter[str] = Counter()
        self.lives: list[Life] = []
        self.half_sent: set[int] = set()
        self.half_paid: set[str] = set()
        self._dice = random.Random(seed)
        self._people = itertools.cycle([made.user(name=f"Person {n}") for n in range(PEOPLE)])
        self._rows: list[provider.Row | telegram.Row] = [
            *provider.ROWS,
            *(row for row in telegram.ROWS if row.waits_for == telegram.DRAW),
        ]
        draw_once(made)
        made.media.duration = lognormal(8.0, 0.35, seed)

    async def run(self, minutes: float, rate: float, kills: int) -> None:
        """Ask at a steady rate, whatever happens, and kill in between."""
        seconds = minutes * 60
        kill_at = sorted((n + self._dice.uniform(0.7, 1.3)) * seconds / (kills + 1) for n in range(kills))
        await self._start()
        watching = asyncio.create_task(self._watch())
        begun = time.monotonic()
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            self._ask(number)
            if kill_at and time.monotonic() - begun >= kill_at[0]:
                kill_at.pop(0)
                await self._kill()
                await self._start()
        await self.world.settled(SETTLED_WITHIN)
        self._sample()
        watching.cancel()
        await self.world.bot.stop()

    def _ask(self, number: int) -> None:
        user, prompt = next(self._people), f"soak {number:06}"
        if self._dice.random() < self.share:
            self._spoil(prompt, f"chat {user.id}.")
        self.asked[prompt] = self.world.telegram.say(user, f"/imagine {prompt} --ar 1:1")

    def _spoil(self, prompt: str, chat: str) -> None:
        row = self._dice.choice(self._rows)
        of_provider = isinstance(row, provider.Row)
        stand_in = self.world.media.faults if of_provider else self.world.telegram.faults
        self.kinds[row.what if isinstance(row, provider.Row) else f"{row.method}: {row.what}"] += 1
        stand_in.rules = [rule for rule in stand_in.rules if rule.times is None or rule.hits < rule.times]
        stand_in.add(row.fault(prompt if of_provider else chat))

    async def _start(self) -> None:
        await self.world.bot.start()
        self.lives.append(Life())

    async def _kill(self) -> None:
        self._sample()
        await self.world.bot.kill()
        self.half_sent |= {
            row["id"] for row in self.world.rows("SELECT id FROM requests WHERE state = 'delivering'")
        }
        self.half_paid |= {
            row["prompt"] for row in self.world.rows("SELECT prompt FROM requests WHERE state = 'submitting'")
        }

    async def _watch(self) -> None:
        await asyncio.sleep(WARM_UP)
        while True:
            self._sample()
            await asyncio.sleep(SAMPLE_EVERY)

    def _sample(self) -> None:
        if self.world.bot.ended:
            return
        process = psutil.Process(self.world.bot.pid)
        self.lives[-1].samples.append(Sample(process.memory_info().rss / MIB, process.num_fds()))

    def account(self) -> Account:
        """Compare what was asked for with what is in the chats, the ledger and the provider's books."""
        made, account = self.world, Account(len(self.asked))
        rows = {row["prompt"]: row for row in made.rows("SELECT * FROM requests")}
        answers: dict[int | str, list[Message]] = {}
        for message in made.telegram.chats.messages.values():
            answered = message.reply_to_message
            # A picture says whose it is even where it could not be sent as an answer.
            about = message.caption or (answered.message_id if answered else 0)
            answers.setdefault(about, []).append(message)
        unsure = self._logged("picture not sent", "broke") | self._logged(
            "picture not sent", "cannot be read"
        )
        for prompt, asked in self.asked.items():
            got = [*answers.get(prompt, []), *answers.get(asked.message_id, [])]
            self._judge(account, prompt, rows.get(prompt), got, unsure)
        paid = Counter(task.prompt for task in made.media.tasks.values())
        unknown = self._logged("create with unknown outcome", "")
        for prompt, times in paid.items():
            account.paid_twice += times == 2
            known = rows[prompt]["id"] in unknown or prompt in self.half_paid
            if times > 1 + known:
                account.paid_twice_unexplained.append(prompt)
        account.quota_used = made.rows("SELECT coalesce(sum(used), 0) AS used FROM quotas")[0]["used"]
        return account

    def _judge(
        self, account: Account, prompt: str, row: sqlite3.Row | None, got: list[Message], unsure: set[int]
    ) -> None:
        photos = sum(bool(message.photo or message.document) for message in got)
        told = any("did not count" in (message.text or "") for message in got)
        if row is None or row["closed_at"] is None:
            account.lost.append(prompt)
            return
        state = row["state"]
        account.ends[state] += 1
        if (state == "delivered" and not photos) or (state == "failed" and not told):
            account.lost.append(f"{prompt}: {state}, and nothing is to be seen of it")
        if photos <= (state == "delivered"):
            return
        if row["id"] in self.half_sent | unsure:
            account.twice_in_window += 1
        else:
            account.twice_outside.append(f"{prompt}: {state}, {photos} pictures")

    def _logged(self, event: str, words: str) -> set[int]:
        """Return the requests that a kind of log line speaks of."""
        lines = [json.loads(line) for line in self.world.bot.raw if f'"{event}"' in line]
        return {line["request"] for line in lines if words in str(line.get("error", ""))}


async def main(arguments: argparse.Namespace) -> tuple[str, bool]:
    """Run it; return the report, and whether every promise was kept."""
    given = " ".join(f"--{name} {value}" for name, value in vars(arguments).items() if name != "report")
    command = f"make soak ARGS='{given}'"
    with tempfile.TemporaryDirectory(prefix="imagine-soak-") as folder:
        async with world(Path(folder), **SETTINGS) as made:
            soak = Soak(made, arguments.seed, arguments.faults)
            await soak.run(arguments.minutes, arguments.rate, arguments.kills)
            account = soak.account()
            return report(account, soak.lives, soak.kinds, command), account.good


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak ARGS=", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=5.0, help="generations a second")
    parser.add_argument("--faults", type=float, default=0.05, help="share of generations with a fault")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20_261_125)
    parser.add_argument("--report", help="a file for the account, in Markdown")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    text, good = asyncio.run(main(given))
    print(text)
    if given.report:
        Path(given.report).write_text(text, encoding="utf-8")
    sys.exit(0 if good else 1)
