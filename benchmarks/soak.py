"""`make soak`: half an hour of requests and purchases with faults of every kind and two kills, and a report.

Speed is not judged. Every request must end exactly once, with a truthful message and the right quota, and every Star
that Telegram knows must be in the ledger.
"""

import argparse
import asyncio
import itertools
import json
import math
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import psutil
from aiogram.types import Message, User

from benchmarks.harness import serve_one_picture
from benchmarks.soak_report import Sample, SoakResult, report
from benchmarks.soak_shop import Shoppers
from playground.faults import Fault
from playground.media import lognormal
from tests.support.ledger import Row
from tests.support.money import count_money
from tests.support.provider_failures import PROVIDER_FAILURES, ProviderFailure
from tests.support.telegram_failures import TELEGRAM_FAILURES, Awaited, TelegramFailure
from tests.support.world import ADMIN, World, open_world

USERS = 3_000
SETTINGS = {
    "MAX_IN_FLIGHT": "100",
    "GENERATION_TIMEOUT": "90",
    "STARS": "true",
    "SUPPORT_CONTACT": "@imagine_help",
    "ADMIN_IDS": str(ADMIN),
}
CLOSED_WITHIN = 900.0
SAMPLE_INTERVAL = 30.0
WARM_UP = 60.0
MIB = 1024 * 1024
FAILURES: list[ProviderFailure | TelegramFailure] = [
    *PROVIDER_FAILURES,
    *(failure for failure in TELEGRAM_FAILURES if failure.waits_for is Awaited.PICTURE),
]


class Soak:
    """Sends the requests, with the faults and the kills that a seed decides. `fault_share` is a share of requests.

    `free` is the daily quota, which is enough for all users but those who buy.
    """

    def __init__(self, world: World, seed: int, fault_share: float, free: int) -> None:
        self.world = world
        self._fault_share = fault_share
        self._dice = random.Random(seed)
        self._users = itertools.cycle([world.add_user(name=f"User {n}") for n in range(USERS)])
        self._requested: dict[str, Message] = {}
        self._faults: Counter[str] = Counter()
        self._runs: list[list[Sample]] = []
        self._delivering_at_kill: set[int] = set()
        self._submitting_at_kill: set[str] = set()
        self._shoppers = Shoppers(world, random.Random(seed + 1), free, self._request)
        serve_one_picture(world)
        world.media.duration = lognormal(8.0, 0.35, seed)

    async def run(self, minutes: float, rate: float, kills: int, shoppers: float) -> None:
        """Send requests at a steady rate, kill and restart the bot in between, and wait until all are closed.

        So many `shoppers` a minute buy and draw. At the end the bot is killed and started once more, because a start
        finds the payments whose updates are lost.
        """
        seconds = minutes * 60
        kill_at = sorted((n + self._dice.uniform(0.7, 1.3)) * seconds / (kills + 1) for n in range(kills))
        await self._start()
        sampling = asyncio.create_task(self._sample_forever())
        begun = time.monotonic()
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            self._request(next(self._users), f"soak {number:06}")
            if number * shoppers // (60 * rate) < (number + 1) * shoppers // (60 * rate):
                self._shoppers.begin()
            if kill_at and time.monotonic() - begun >= kill_at[0]:
                kill_at.pop(0)
                await self._kill()
                await self._start()
        await self._shoppers.finish()
        await self.world.wait_until_closed(CLOSED_WITHIN)
        await self._kill()
        await self._start()
        await self._shoppers.settle()
        self._sample()
        sampling.cancel()
        await self.world.process.stop()

    def result(self) -> SoakResult:
        """Compare the requests with the chats, the ledger and the provider's tasks."""
        faults = self._faults + self._shoppers.faults
        result = SoakResult(len(self._requested), runs=self._runs, faults=faults)
        result.money, result.purchases = count_money(self.world), self._shoppers.counts
        rows = {row["prompt"]: row for row in self.world.rows("SELECT * FROM requests")}
        answers = self._answers()
        unknown = self._logged("picture not sent", "broke") | self._logged(
            "picture not sent", "cannot be read"
        )
        may_be_sent_twice = self._delivering_at_kill | unknown
        for prompt, message in self._requested.items():
            found = [*answers[prompt], *answers[message.message_id]]
            _check_request(result, prompt, rows.get(prompt), found, may_be_sent_twice)
        self._check_payments(result, rows)
        result.quota_used = self.world.rows("SELECT coalesce(sum(used), 0) AS used FROM quotas")[0]["used"]
        return result

    def _request(self, user: User, prompt: str) -> None:
        if self._dice.random() < self._fault_share:
            self._add_fault(prompt, f"chat {user.id}.")
        self._requested[prompt] = self.world.telegram.say(user, f"/imagine {prompt} --ar 1:1")

    def _add_fault(self, prompt: str, chat: str) -> None:
        failure = self._dice.choice(FAILURES)
        if isinstance(failure, ProviderFailure):
            kind, stand_in, fault = failure.what, self.world.media.faults, failure.fault(prompt)
        else:
            kind = f"{failure.method}: {failure.what}"
            stand_in, fault = self.world.telegram.faults, failure.fault(chat)
        self._faults[kind] += 1
        stand_in.rules = [rule for rule in stand_in.rules if not _used_up(rule)]
        stand_in.add(fault)

    async def _start(self) -> None:
        await self.world.process.start()
        self._runs.append([])

    async def _kill(self) -> None:
        self._sample()
        await self.world.process.kill()
        delivering = self.world.rows("SELECT id FROM requests WHERE state = 'delivering'")
        submitting = self.world.rows("SELECT prompt FROM requests WHERE state = 'submitting'")
        self._delivering_at_kill |= {row["id"] for row in delivering}
        self._submitting_at_kill |= {row["prompt"] for row in submitting}

    async def _sample_forever(self) -> None:
        await asyncio.sleep(WARM_UP)
        while True:
            self._sample()
            await asyncio.sleep(SAMPLE_INTERVAL)

    def _sample(self) -> None:
        if self.world.process.ended:
            return
        process = psutil.Process(self.world.process.pid)
        self._runs[-1].append(Sample(process.memory_info().rss / MIB, process.num_fds()))

    def _answers(self) -> dict[int | str, list[Message]]:
        """Return the bot's messages by their caption or by the id of the message replied to.

        The caption is the prompt, also of a picture that could not be sent as a reply.
        """
        answers: dict[int | str, list[Message]] = defaultdict(list)
        for message in self.world.telegram.chats.messages.values():
            replied_to = message.reply_to_message
            answers[message.caption or (replied_to.message_id if replied_to else 0)].append(message)
        return answers

    def _check_payments(self, result: SoakResult, rows: dict[str, Row]) -> None:
        unknown = self._logged("create with unknown outcome", "")
        paid = Counter(task.prompt for task in self.world.media.tasks.values())
        for prompt, times in paid.items():
            result.paid_twice += times == 2
            may_be_paid_twice = rows[prompt]["id"] in unknown or prompt in self._submitting_at_kill
            if times > 1 + may_be_paid_twice:
                result.paid_twice_without_reason.append(prompt)

    def _logged(self, event: str, words: str) -> set[int]:
        """Return the ids of the requests in log events with these words in their error."""
        lines = [json.loads(line) for line in self.world.process.lines if f'"{event}"' in line]
        return {line["request"] for line in lines if words in str(line.get("error", ""))}


def _used_up(fault: Fault) -> bool:
    return fault.times is not None and fault.hits >= fault.times


def _check_request(
    result: SoakResult,
    prompt: str,
    row: Row | None,
    answers: list[Message],
    may_be_sent_twice: set[int],
) -> None:
    pictures = sum(bool(message.photo or message.document) for message in answers)
    refund_reported = any("didn’t count" in (message.text or "") for message in answers)
    if row is None or row["closed_at"] is None:
        result.lost.append(prompt)
        return
    state = row["state"]
    result.final_states[state] += 1
    if (state == "delivered" and not pictures) or (state == "failed" and not refund_reported):
        result.lost.append(f"{prompt}: {state}, without a message")
    if pictures <= (state == "delivered"):
        return
    if row["id"] in may_be_sent_twice:
        result.sent_twice += 1
    else:
        result.sent_twice_without_reason.append(f"{prompt}: {state}, {pictures} pictures")


async def main(arguments: argparse.Namespace) -> tuple[str, bool]:
    """Run a soak. Return the report, and whether every promise was kept."""
    chosen = " ".join(f"--{name} {value}" for name, value in vars(arguments).items() if name != "report")
    with tempfile.TemporaryDirectory(prefix="imagine-soak-") as folder:
        free = max(1, math.ceil(arguments.minutes * 60 * arguments.rate / USERS))
        async with open_world(Path(folder), **SETTINGS, DAILY_QUOTA=str(free)) as world:
            soak = Soak(world, arguments.seed, arguments.faults, free)
            await soak.run(arguments.minutes, arguments.rate, arguments.kills, arguments.shoppers)
            result = soak.result()
            return report(result, f"make soak ARGS='{chosen}'"), result.passed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak ARGS=", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=5.0, help="requests a second")
    parser.add_argument("--faults", type=float, default=0.05, help="share of requests with a fault")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--shoppers", type=float, default=10.0, help="users a minute who buy pictures")
    parser.add_argument("--seed", type=int, default=20_261_125)
    parser.add_argument("--report", help="a file for the report, in Markdown")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    text, passed = asyncio.run(main(given))
    print(text)
    if given.report:
        Path(given.report).write_text(text, encoding="utf-8")
    sys.exit(0 if passed else 1)
