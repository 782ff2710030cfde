"""Named switches of the page's side panel that make the stand-ins fail. All are off at first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playground import faults
from playground.faults import Fault
from playground.media import Media
from playground.source_rules import SourceRule
from playground.telegram import Telegram

SLOW_SECONDS = 40.0
STUCK_SECONDS = 3_600.0
FULL, LOW = 1_000_000.0, 60.0
"""Balances: more than enough, and below the LOW_BALANCE of the bot's settings."""
USUAL_SECONDS = 4.0


@dataclass(slots=True)
class Switches:
    """The switches of one pair of stand-ins. `on` holds the names of those switched on."""

    telegram: Telegram
    media: Media
    on: set[str] = field(default_factory=set)
    _flips: Mapping[str, Callable[[bool], None]] = field(init=False)

    def __post_init__(self) -> None:
        self._flips = {
            "slow": lambda on: self._duration("slow", on),
            "stuck": lambda on: self._duration("stuck", on),
            "down": self._down,
            "moderation": self._moderation,
            "low": lambda on: self._balance("low", on),
            "poor": lambda on: self._balance("poor", on),
            "flood": self._flood,
            "links": lambda on: self._source_rule("links", on),
            "public-links": lambda on: self._source_rule("public-links", on),
            "lost-payments": self._lose_payments,
            "repeated-payments": self._repeat_payments,
        }
        self._duration("slow", on=False)

    @property
    def names(self) -> list[str]:
        """Return the names of all switches."""
        return list(self._flips)

    def flip(self, name: str, *, on: bool) -> None:
        """Turn a switch on or off. Raises KeyError for an unknown name."""
        self._flips[name](on)
        (self.on.add if on else self.on.discard)(name)

    def _with(self, name: str, on: bool) -> set[str]:
        """Return the names of the switches that are on after a flip."""
        return self.on | {name} if on else self.on - {name}

    def _duration(self, name: str, on: bool) -> None:
        """Apply the longest duration of the switches that are on."""
        chosen = self._with(name, on)
        seconds = STUCK_SECONDS if "stuck" in chosen else SLOW_SECONDS if "slow" in chosen else USUAL_SECONDS
        self.media.duration = lambda: seconds

    def _down(self, on: bool) -> None:
        self.media.faults.clear()
        if on:
            # A readable refusal: certainly not accepted, so a request that waits has not been paid.
            outage = faults.json({"message": "Service unavailable"}, 503)
            self.media.faults.add(Fault("*", times=None, answer=outage))

    def _moderation(self, on: bool) -> None:
        self.media.moderate = on

    def _balance(self, name: str, on: bool) -> None:
        """Apply the lowest balance of the switches that are on."""
        chosen = self._with(name, on)
        self.media.balance = 0.0 if "poor" in chosen else LOW if "low" in chosen else FULL

    def _source_rule(self, name: str, on: bool) -> None:
        """Apply the strictest rule of the switches that are on. Without any, links and `data:` are accepted."""
        chosen = self._with(name, on)
        rules = {"public-links": SourceRule.PUBLIC_LINKS, "links": SourceRule.LINKS}
        self.media.source_rule = next((r for switch, r in rules.items() if switch in chosen), SourceRule.ANY)

    def _lose_payments(self, on: bool) -> None:
        self.telegram.stars.loses_updates = on

    def _repeat_payments(self, on: bool) -> None:
        self.telegram.stars.copies = 3 if on else 1

    def _flood(self, on: bool) -> None:
        self.telegram.faults.clear()
        if on:
            refusal = faults.telegram(429, "Too Many Requests: retry after 3", retry_after=3)
            for method in ("sendMessage", "sendPhoto", "sendDocument"):
                self.telegram.faults.add(Fault(method, times=None, answer=refusal))
