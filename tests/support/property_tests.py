"""Profiles of hypothesis: `make test` tries the same examples every time, `make fuzz` many more at random.

`make mutants` tries the examples of `make test`, and looks for no simpler one after a failure: that takes minutes.
"""

from typing import Any

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = 100
FUZZ_FACTOR = 10


def register_profiles() -> None:
    """Register the profiles and load the reproducible one. `--hypothesis-profile` selects another one."""
    common: dict[str, Any] = {
        "deadline": None,
        # A slow machine is no fault of a strategy.
        "suppress_health_check": [HealthCheck.too_slow],
        "print_blob": True,
    }
    settings.register_profile("reproducible", max_examples=EXAMPLES, derandomize=True, **common)
    settings.register_profile("fuzz", max_examples=EXAMPLES * FUZZ_FACTOR, derandomize=False, **common)
    settings.register_profile(
        "mutants",
        settings.get_profile("reproducible"),
        phases=(Phase.explicit, Phase.generate),
        database=None,
    )
    settings.load_profile("reproducible")


def examples(number: int) -> settings:
    """Return settings with this number of examples, multiplied by `FUZZ_FACTOR` under `make fuzz`."""
    return settings(max_examples=number * settings().max_examples // EXAMPLES)
