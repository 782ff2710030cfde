"""The picture of /stats: its fonts have all letters, values are where they belong, and odd values do no harm."""

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chat import chart_picture
from chat.chart_picture import draw, round_step, short_number
from chat.charts import DARK, LIGHT, Chart, Kind, Series, Theme
from chat.translations import FOLDER, LANGUAGES, Translator

_MOST = 1e12


def _open(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fonts_have_every_letter_of_the_texts(language: str) -> None:
    translate = Translator(language)
    names = [line.split(" ")[0] for line in (FOLDER / f"{language}.ftl").read_text("utf-8").splitlines()]
    plain = [name for name in names if name.startswith("stats-") and name not in {"stats-how"}]
    with_arguments = {"stats-of-user": {"id": "1"}, "stats-time": {"amount": "1"}, "stats-date": None}
    texts = [translate.raw(name) for name in plain if name not in with_arguments]
    letters = set("".join(texts)) | set("0123456789 \u00a0/.–…★₽%kM")
    for bold in (False, True):
        font = chart_picture._font(20, bold=bold)
        missing = bytes(font.getmask("\ue000"))  # a private character, which no font has
        assert [
            letter
            for letter in sorted(letters)
            if not letter.isspace() and bytes(font.getmask(letter)) == missing
        ] == []


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_bars_have_the_heights_of_their_values(theme: Theme) -> None:
    series = [Series(values=[0, 100, 50]), Series(values=[0, 0, 50])]
    chart = Chart(kind=Kind.BARS, title="t", headline="150", series=series, legend=["a", "b"])
    image = _open(draw("title", "below", [chart], theme))
    heights = [
        [sum(image.getpixel((x, y)) == colour for y in range(220, image.height)) for colour in theme.series]
        for x in (300, 700, 1050)
    ]
    assert heights[0] == [0, 0, 0]
    assert heights[1][0] == pytest.approx(2 * heights[2][0], abs=3)
    assert heights[2][1] == pytest.approx(heights[2][0], abs=3)
    assert image.getpixel((2, 2)) == theme.page


@given(
    values=st.lists(st.one_of(st.none(), st.floats(0, _MOST)), min_size=1, max_size=40),
    kind=st.sampled_from(Kind),
)
def test_any_values_can_be_drawn(values: list[float | None], kind: Kind) -> None:
    series = (
        [Series(values=values, name="x" * 80)]
        if kind is not Kind.ROWS
        else [Series(values=[v], name="y" * n) for n, v in enumerate(values)]
    )
    chart = Chart(kind=kind, title="t", headline="h", series=series, legend=["a"])
    assert _open(draw("", "", [chart] * 2, LIGHT)).width == 1_280


def test_nothing_can_be_drawn() -> None:
    empty = Chart(kind=Kind.ROWS, title="t", headline="0", series=[])
    assert _open(draw("", "", [empty] * 3, DARK)).height > 400


@given(most=st.floats(0.001, _MOST))
def test_a_grid_has_few_lines_at_round_values(most: float) -> None:
    step = round_step(most)
    assert 1 <= math.ceil(most / step - 1e-9) <= 3
    leading = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(leading - one) for one in (1, 2, 5, 10)) < 1e-6


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.5, "0.5"), (950, "950"), (1_500, "1.5k"), (20_000, "20k"), (3e6, "3M")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short_number(value) == text
