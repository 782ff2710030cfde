"""The pictures of the stand-in: one for each prompt and variation."""

import pytest
from PIL import Image, ImageChops

from playground import pictures
from tests.support.world import jpeg


def _differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_each_variation_of_a_prompt_is_another_picture_and_always_the_same() -> None:
    drawn = [pictures.draw("a fox", "1:1", 10_000, number) for number in range(3)]
    assert _differ(drawn[0], drawn[1])
    assert _differ(drawn[1], drawn[2])
    assert not _differ(drawn[1], pictures.draw("a fox", "1:1", 10_000, 1))


@pytest.mark.parametrize("prompt", ["make it night", "turn it around"])
def test_each_variation_of_an_edit_is_another_picture(prompt: str) -> None:
    source = jpeg()
    edited = [pictures.edit(source, prompt, number) for number in range(3)]
    assert _differ(edited[0], edited[1])
    assert _differ(edited[1], edited[2])
