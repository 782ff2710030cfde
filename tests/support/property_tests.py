"""Profiles of hypothesis: `make test` tries the same examples every time, `make fuzz` many more at random."""

from typing import Any

from hypothesis import HealthCheck, settings

EXAMPLES = 100
FUZZ_FACTOR = 10


def register_profiles() -> None:
    """Register the profiles and load the reproducible one. `--hypothesis-profile fuzz` selects the other."""
    common: dict[str, Any] = {
        "deadline": None,
        # A slow machine is no fault of a strategy.
        "suppress_health_check": [HealthCheck.too_slow],
        "print_blob": True,
    }
    settings.register_profile("reproducible", max_examples=EXAMPLES, derandomize=True, **common)
    settings.register_profile("fuzz", max_examples=EXAMPLES * FUZZ_FACTOR, derandomize=False, **common)
    settings.load_profile("reproducible")


def examples(number: int) -> settings:
    """Return settings with this number of examples, multiplied by `FUZZ_FACTOR` under `make fuzz`."""
    return settings(max_examples=number * settings().max_examples // EXAMPLES)
