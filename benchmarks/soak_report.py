"""The result of a soak, and its report in Markdown."""

from collections import Counter
from dataclasses import dataclass, field

from benchmarks.harness import machine_line
from tests.support.money import Money


@dataclass(frozen=True, slots=True)
class Sample:
    """The resident memory of the bot in MiB and its number of open files at one moment."""

    memory: float
    files: int


@dataclass(slots=True)
class SoakResult:
    """The final states of all requests, and every broken promise.

    `money` compares Telegram's list with the ledger, `purchases` counts what shoppers did. `runs` has the samples of
    each process, `faults` counts the faults by kind. `lost` are requests without an end or without the message that
    belongs to it. A picture may be sent twice, and a task paid twice, only if the outcome of
    the first try was unknown; `sent_twice` and `paid_twice` count these, the lists name all others.
    """

    requests: int
    final_states: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    sent_twice: int = 0
    sent_twice_without_reason: list[str] = field(default_factory=list)
    paid_twice: int = 0
    paid_twice_without_reason: list[str] = field(default_factory=list)
    quota_used: int = 0
    money: Money = field(default_factory=Money)
    purchases: Counter[str] = field(default_factory=Counter)
    runs: list[list[Sample]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def broken_promises(self) -> list[str]:
        of_requests = [*self.lost, *self.sent_twice_without_reason, *self.paid_twice_without_reason]
        unconfirmed = ["charges without a confirmation"] * self.money.unconfirmed
        return [*of_requests, *self.money.problems, *unconfirmed]

    @property
    def free(self) -> int:
        """The delivered pictures that no credit has paid for."""
        return self.final_states["delivered"] - self.money.spent

    @property
    def passed(self) -> bool:
        """Return whether every promise was kept."""
        return not self.broken_promises and self.quota_used == self.free


def report(result: SoakResult, command: str) -> str:
    """Return the report of a soak."""
    rows = _rows(result)
    return "\n".join(
        [
            "# Soak report",
            "",
            f"{machine_line()}. Command: `{command}`.",
            "",
            "The real bot process runs between the two stand-ins. It is killed with `kill -9` and started again at",
            "once. Each fault is a row of [failures.md](failures.md), or that of a call about a payment, and concerns",
            "one request or one shopper. Shoppers buy, get refunds, give pictures and draw more than the free ones;",
            "some updates about payments come again, others are lost.",
            "",
            "| measure | value | must be |",
            "|---|---|---|",
            *(f"| {measure} | {value} | {bar} |" for measure, value, bar in rows),
            *(f"- {line}" for line in result.broken_promises[:50]),
            "",
            *_money_table(result.money),
            "",
            *_counts("purchases and their ends", result.purchases),
            "",
            "| run | resident MiB, each minute | open files, fewest and most |",
            "|---|---|---|",
            *(_run_line(number, samples) for number, samples in enumerate(result.runs, 1)),
            "",
            *_counts("fault", result.faults),
            "",
        ]
    )


def _counts(heading: str, counts: Counter[str]) -> list[str]:
    """Return a table of kinds with their numbers."""
    lines = [f"| {kind} | {times} |" for kind, times in sorted(counts.items())]
    return [f"| {heading} | how often |", "|---|---|", *lines]


def _money_table(money: Money) -> list[str]:
    """Return the table of sums: each line has the same number twice, from two sources."""
    rows = [
        ("Stars of all charges", "Telegram’s list", money.paid, "the ledger", money.recorded),
        ("Stars refunded", "Telegram’s list", money.refunded, "the ledger", money.returned),
        ("credits given for charges that stand", "their invoices", money.due, "the ledger", money.given),
        ("credits spent", "drawn pictures", money.taken, "the ledger", money.spent),
        (
            "balance of all users",
            "given, granted and spent",
            money.expected_balance,
            "the lots",
            money.balance,
        ),
    ]
    return [
        f"{money.charges} charges, {money.refunds} refunds; {money.granted} pictures granted,"
        f" {money.spent} paid pictures drawn, {money.unopened} in unopened gifts.",
        "",
        "| money | from | | from | must be the same |",
        "|---|---|---|---|---|",
        *(f"| {what} | {one} | {first} | {other} | {second} |" for what, one, first, other, second in rows),
        f"| charges without a confirmation, and confirmed twice because of a kill | | {money.unconfirmed} | |"
        f" {money.confirmed_again} |",
        f"| disagreements in single charges, lots and requests | | | | {len(money.problems)} |",
    ]


def _rows(result: SoakResult) -> list[tuple[str, int | str, str]]:
    states = result.final_states
    refunded = states["failed"] + states["undeliverable"] + states["cancelled"]
    first, last = result.runs[0], result.runs[-1]
    return [
        ("requests", result.requests, ""),
        ("delivered", states["delivered"], ""),
        ("refunded, with a message", refunded, ""),
        ("quota units used", result.quota_used, f"{result.free}"),
        ("lost", len(result.lost), "0"),
        ("sent twice after an unknown outcome or a kill", result.sent_twice, ""),
        ("sent twice without a reason", len(result.sent_twice_without_reason), "0"),
        ("paid twice after an unknown outcome", result.paid_twice, ""),
        ("paid twice without a reason", len(result.paid_twice_without_reason), "0"),
        ("faults", result.faults.total(), ""),
        ("kills", len(result.runs) - 1, ""),
        ("resident MiB, a minute after the first start", f"{first[0].memory:.0f}", ""),
        ("resident MiB, at the end", f"{last[-1].memory:.0f}", ""),
        ("open files, a minute after the first start", first[0].files, ""),
        ("open files, at the end", last[-1].files, ""),
    ]


def _run_line(number: int, samples: list[Sample]) -> str:
    memory = ", ".join(f"{sample.memory:.0f}" for sample in samples[::2])
    files = [sample.files for sample in samples] or [0]
    return f"| {number} | {memory} | {min(files)} to {max(files)} |"
