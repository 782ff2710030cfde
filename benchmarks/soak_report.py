"""What became of a soak, and how it is told."""

from collections import Counter
from dataclasses import dataclass, field

from benchmarks.harness import occasion


@dataclass(frozen=True, slots=True)
class Sample:
    """What the bot holds at one moment."""

    memory: float
    files: int


@dataclass(slots=True)
class Life:
    """One process, from start to kill or stop."""

    samples: list[Sample] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """What became of it all."""

    asked: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    twice_in_window: int = 0
    twice_outside: list[str] = field(default_factory=list)
    paid_twice: int = 0
    paid_twice_unexplained: list[str] = field(default_factory=list)
    quota_used: int = 0

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        delivered = self.ends["delivered"]
        broken = self.lost or self.twice_outside or self.paid_twice_unexplained
        return not broken and self.quota_used == delivered


def report(account: Account, lives: list[Life], kinds: Counter[str], command: str) -> str:
    """Return the account in Markdown."""
    wrong = [*account.lost, *account.twice_outside, *account.paid_twice_unexplained]
    return "\n".join(
        [
            "# A soak",
            "",
            f"{occasion()}. Command: `{command}`.",
            "",
            "The real bot process between the two stand-ins, killed with `kill -9` and started again at once. Each",
            "fault is one of the rows of [failures.md](failures.md), for one request.",
            "",
            "| what | measured | must be |",
            "|---|---|---|",
            *(f"| {what} | {measured} | {bar} |" for what, measured, bar in _measured(account, lives, kinds)),
            *(f"- {line}" for line in wrong[:50]),
            "",
            "| life | resident MiB, each minute | open files, least and most |",
            "|---|---|---|",
            *(_line(number, life) for number, life in enumerate(lives, 1)),
            "",
            "| fault | how often |",
            "|---|---|",
            *(f"| {kind} | {times} |" for kind, times in sorted(kinds.items())),
            "",
        ]
    )


def _measured(account: Account, lives: list[Life], kinds: Counter[str]) -> list[tuple[str, int | str, str]]:
    refunded = account.ends["failed"] + account.ends["undeliverable"] + account.ends["cancelled"]
    first, last = lives[0].samples, lives[-1].samples
    return [
        ("requests", account.asked, ""),
        ("delivered", account.ends["delivered"], ""),
        ("refunded, and said so", refunded, ""),
        ("units counted against people's days", account.quota_used, f"{account.ends['delivered']}"),
        ("lost", len(account.lost), "0"),
        (
            "delivered twice, where Telegram's answer was lost or the plug was pulled",
            account.twice_in_window,
            "",
        ),
        ("delivered twice, elsewhere", len(account.twice_outside), "0"),
        ("paid twice, the outcome being unknown", account.paid_twice, ""),
        ("paid twice, elsewhere", len(account.paid_twice_unexplained), "0"),
        ("faults switched on", kinds.total(), ""),
        ("kills", len(lives) - 1, ""),
        ("resident MiB, a minute after the first start", f"{first[0].memory:.0f}", ""),
        ("resident MiB, at the end", f"{last[-1].memory:.0f}", ""),
        ("open files, a minute after the first start", first[0].files, ""),
        ("open files, at the end", last[-1].files, ""),
    ]


def _line(number: int, life: Life) -> str:
    memory = ", ".join(f"{sample.memory:.0f}" for sample in life.samples[::2])
    files = [sample.files for sample in life.samples] or [0]
    return f"| {number} | {memory} | {min(files)} to {max(files)} |"
