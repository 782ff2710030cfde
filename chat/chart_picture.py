"""The picture of /stats: small charts, drawn with Pillow, which the bot needs anyway.

Pillow's own font has neither Cyrillic nor accents, so the picture brings parts of DejaVu Sans (chat/fonts).
"""

import functools
import io
import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from chat.charts import Chart, Colour, Kind, Series, Theme

_FONTS = Path(__file__).parent / "fonts"
_SCALE = 2
"""Pixels for each unit of the layout: phones show the picture at three pixels a point."""
_WIDTH, _MARGIN, _GAP = 640, 20, 14
_TITLE_HEIGHT, _PANEL_HEIGHT = 46, 176
_PANEL_PADDING, _HEAD_HEIGHT, _AXIS_HEIGHT, _TICK_WIDTH = 14, 46, 18, 34


def draw(title: str, subtitle: str, charts: Sequence[Chart], theme: Theme) -> bytes:
    """Return a PNG file with a panel for each chart, two in a row. It takes some 0.1 s of CPU."""
    rows = math.ceil(len(charts) / 2)
    height = _MARGIN + _TITLE_HEIGHT + rows * (_PANEL_HEIGHT + _GAP) - _GAP + _MARGIN
    canvas = _Canvas(_WIDTH, height, theme.page)
    canvas.text(_MARGIN, _MARGIN, title, 17, theme.text, bold=True)
    canvas.text(_WIDTH - _MARGIN, _MARGIN + 5, subtitle, 11, theme.quiet, anchor="ra")
    width = (_WIDTH - 2 * _MARGIN - _GAP) / 2
    for number, chart in enumerate(charts):
        alone = number == len(charts) - 1 and number % 2 == 0
        left = _MARGIN + (number % 2) * (width + _GAP)
        top = _MARGIN + _TITLE_HEIGHT + number // 2 * (_PANEL_HEIGHT + _GAP)
        right = _WIDTH - _MARGIN if alone else left + width
        _panel(canvas, chart, (left, top, right, top + _PANEL_HEIGHT), theme)
    return canvas.png()


_Box = tuple[float, float, float, float]
"""Left, top, right and bottom in units of the layout."""


class _Canvas:
    """Draws in units of the layout."""

    def __init__(self, width: int, height: int, page: Colour) -> None:
        self._image = Image.new("RGB", (width * _SCALE, height * _SCALE), page)
        self._draw = ImageDraw.Draw(self._image)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: Colour,
        *,
        bold: bool = False,
        anchor: str = "la",
    ) -> None:
        """Write a text at a point, which the anchor names (Pillow, Text anchors)."""
        font = _font(round(size * _SCALE), bold=bold)
        self._draw.text((x * _SCALE, y * _SCALE), text, fill=colour, font=font, anchor=anchor)

    def length(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return the width of a text."""
        return _font(round(size * _SCALE), bold=bold).getlength(text) / _SCALE

    def box(self, box: _Box, colour: Colour, radius: float = 0) -> None:
        """Fill a box."""
        pixels = [round(value * _SCALE) for value in box]
        if pixels[2] > pixels[0] and pixels[3] > pixels[1]:
            pixels[2], pixels[3] = pixels[2] - 1, pixels[3] - 1  # Pillow draws the last pixel, too
            self._draw.rounded_rectangle(pixels, radius=radius * _SCALE, fill=colour)

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: float) -> None:
        """Draw a line through points, or a dot for a single one."""
        pixels = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._draw.line(pixels, fill=colour, width=round(width * _SCALE), joint="curve")
        radius = width * _SCALE * (0.5 if len(pixels) > 1 else 1.2)
        for x, y in (pixels[0], pixels[-1]):
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        file = io.BytesIO()
        self._image.save(file, "PNG", optimize=True)
        return file.getvalue()


@functools.cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(_FONTS / name), size)


def _panel(canvas: _Canvas, chart: Chart, box: _Box, theme: Theme) -> None:
    left, top, right, bottom = box
    canvas.box(box, theme.panel, radius=10)
    left, right = left + _PANEL_PADDING, right - _PANEL_PADDING
    top, bottom = top + _PANEL_PADDING, bottom - _PANEL_PADDING
    canvas.text(left, top, chart.title, 11, theme.quiet)
    canvas.text(left, top + 16, chart.headline, 17, theme.text, bold=True)
    _legend(canvas, chart.legend, right, top, theme)
    if chart.kind is Kind.ROWS:
        _rows(canvas, chart, (left, top + _HEAD_HEIGHT, right, bottom), theme)
        return
    area = (left + _TICK_WIDTH, top + _HEAD_HEIGHT, right, bottom - _AXIS_HEIGHT)
    canvas.text(area[0], bottom, chart.first, 10, theme.quiet, anchor="ls")
    canvas.text(right, bottom, chart.last, 10, theme.quiet, anchor="rs")
    highest = _grid(canvas, chart, area, theme)
    (_bars if chart.kind is Kind.BARS else _lines)(canvas, chart, area, highest, theme)


def _legend(canvas: _Canvas, names: Sequence[str], right: float, top: float, theme: Theme) -> None:
    """Write the names of the colours, one below the other."""
    start = right - max((canvas.length(name, 10) for name in names), default=0)
    for number, name in enumerate(names):
        y = top + number * 13
        canvas.text(start, y, name, 10, theme.quiet)
        canvas.box((start - 12, y + 2.5, start - 5, y + 9.5), theme.series[number], radius=2)


def _grid(canvas: _Canvas, chart: Chart, area: _Box, theme: Theme) -> float:
    """Draw lines at round values, and return the value at the top."""
    left, top, right, bottom = area
    if chart.kind is Kind.BARS:
        sums = [
            sum(value or 0 for value in day) for day in zip(*(s.values for s in chart.series), strict=True)
        ]
        most = max(sums, default=0.0)
    else:
        most = max((value for s in chart.series for value in s.values if value is not None), default=0.0)
    step = round_step(most)
    highest = max(step * math.ceil(most / step - 1e-9), step)
    for number in range(round(highest / step) + 1):
        y = bottom - (bottom - top) * number * step / highest
        canvas.box((left, y - 0.5, right, y + 0.5), theme.grid)
        canvas.text(left - 6, y, short_number(number * step), 9.5, theme.quiet, anchor="rm")
    return highest


def round_step(most: float) -> float:
    """Return the distance of the lines of a grid: 1, 2 or 5 times a power of ten, for three lines at most."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most / 3))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power * 3 >= most - 1e-9)


def short_number(value: float) -> str:
    """Return a number in a few characters: 0.5, 950, 1.5k, 20k, 3M."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:.1f}".removesuffix(".0")


def _bars(canvas: _Canvas, chart: Chart, area: _Box, highest: float, theme: Theme) -> None:
    left, top, right, bottom = area
    days = len(chart.series[0].values)
    width = (right - left) / days
    for day in range(days):
        y = bottom
        for number, one in enumerate(chart.series):
            value = one.values[day] or 0.0
            above = y - (bottom - top) * value / highest
            if value > 0:
                above = min(above, y - 1)  # a single request among thousands stays visible
                x = left + day * width
                canvas.box((x + width * 0.14, above, x + width * 0.86, y), theme.series[number], radius=1)
                y = above


def _lines(canvas: _Canvas, chart: Chart, area: _Box, highest: float, theme: Theme) -> None:
    left, top, right, bottom = area
    days = len(chart.series[0].values)
    for number, one in reversed(list(enumerate(chart.series))):
        run: list[tuple[float, float]] = []
        for day, value in enumerate([*one.values, None]):
            if value is not None:
                x = left + (day + 0.5) * (right - left) / days
                run.append((x, bottom - (bottom - top) * value / highest))
            elif run:
                canvas.line(run, theme.series[number], 2)
                run = []


def _rows(canvas: _Canvas, chart: Chart, area: _Box, theme: Theme) -> None:
    """Draw one horizontal bar for each series, with its name and its values behind it."""
    left, top, right, bottom = area
    if not chart.series:
        return
    height = min((bottom - top) / len(chart.series), 30)
    names = max(canvas.length(one.name, 10.5) for one in chart.series)
    names = min(names, (right - left) * 0.55)
    most = max((value or 0 for one in chart.series for value in one.values), default=0) or 1
    numbers = max(canvas.length(_values(one), 10.5, bold=True) for one in chart.series)
    start, end = left + names + 10, right - numbers - 8
    for number, one in enumerate(chart.series):
        middle = top + (number + 0.5) * height
        name = one.name
        while canvas.length(name, 10.5) > names and len(name) > 1:
            name = name[:-2].rstrip() + "…"
        canvas.text(left, middle, name, 10.5, theme.quiet, anchor="lm")
        thick = min(height * 0.62, 12) / len(one.values)
        for index, value in enumerate(one.values):
            y = middle + (index - len(one.values) / 2) * thick
            length = max((end - start) * (value or 0) / most, 1.5 if value else 0)
            canvas.box((start, y, start + length, y + thick - 0.5), theme.series[index], radius=1.5)
        canvas.text(right, middle, _values(one), 10.5, theme.text, bold=True, anchor="rm")


def _values(series: Series) -> str:
    return " / ".join(
        f"{value or 0:.0f}" if (value or 0) < 10_000 else short_number(value or 0) for value in series.values
    )
