"""The pictures of the stand-in: one for each prompt and variation."""

import io

import pytest
from PIL import Image, ImageChops

from chat.callbacks import DrawInRatio, DrawInStyle, PreferStyle
from core.styles import CURATED
from playground import pictures
from playground.style_samples import sample_of, webp_sample
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


def test_each_curated_style_has_an_example_of_its_own_on_both_kinds_of_buttons() -> None:
    for style in CURATED:
        for data in (PreferStyle(user=7, style=style.key), DrawInStyle(request=7, style=style.key, paged=1)):
            assert sample_of(data.pack()) == style.key
    assert len({webp_sample(style.key) for style in CURATED}) == len(CURATED)


def test_an_example_is_small_and_square() -> None:
    data = webp_sample("ink")
    with Image.open(io.BytesIO(data)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (96, 96))
    assert len(data) < 8_000


@pytest.mark.parametrize(
    "data",
    [
        None,
        PreferStyle(user=7, style="my-own").pack(),
        PreferStyle(user=7).pack(),
        DrawInStyle(request=7, style="").pack(),
        DrawInRatio(request=7, ratio="ink").pack(),
    ],
)
def test_a_button_of_another_kind_has_no_example(data: str | None) -> None:
    assert sample_of(data) is None
