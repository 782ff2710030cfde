"""Captions: prompts cut to Telegram's limit, counted in UTF-16 units as Telegram counts."""

import html

from hypothesis import given
from hypothesis import strategies as st

from chat.captions import CAPTION_UNITS, caption, cut, cut_start, one_line, units
from playground.entities import parse


@given(st.text(max_size=2_000) | st.text(alphabet="🦊é<&>x ", max_size=2_000))
def test_any_caption_fits_and_has_no_markup(prompt: str) -> None:
    shown, entities = parse(caption(prompt), "HTML")
    assert units(shown) <= CAPTION_UNITS
    assert entities == []
    if units(prompt) <= CAPTION_UNITS and "\r" not in prompt and "\x00" not in prompt:
        assert html.unescape(caption(prompt)) == html.unescape(html.escape(prompt, quote=False))


@given(st.text(max_size=300), st.integers(1, 200))
def test_any_cut_text_keeps_its_beginning_within_the_limit(text: str, limit: int) -> None:
    shortened = cut(text, limit)
    assert units(shortened) <= limit
    assert shortened == text or text.startswith(shortened.removesuffix("…"))


@given(st.text(max_size=300), st.integers(1, 200))
def test_a_text_cut_at_its_start_keeps_its_end_within_the_limit(text: str, limit: int) -> None:
    shortened = cut_start(text, limit)
    assert units(shortened) <= limit
    assert shortened == text or text.endswith(shortened.removeprefix("…"))


def test_a_character_outside_the_basic_plane_counts_twice() -> None:
    assert units("🦊") == 2
    assert cut("🦊🦊🦊", 5) == "🦊🦊…"
    assert len(caption("🦊" * 2_000)) == 511 + 1
    assert one_line(" a\n\nb  c ") == "a b c"
