"""Charts as values: what the picture of /stats shows, apart from how it is drawn (chat.chart_picture)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours. `series` are told apart also by users who see no difference of red and green (Okabe and Ito, 2008)."""

    page: Colour
    panel: Colour
    text: Colour
    quiet: Colour
    grid: Colour
    series: tuple[Colour, Colour, Colour]


LIGHT = Theme(
    page=(241, 243, 246),
    panel=(255, 255, 255),
    text=(27, 31, 36),
    quiet=(101, 109, 118),
    grid=(228, 231, 235),
    series=((0, 114, 178), (213, 94, 0), (158, 164, 172)),
)
DARK = Theme(
    page=(14, 18, 23),
    panel=(24, 30, 38),
    text=(237, 240, 244),
    quiet=(146, 156, 168),
    grid=(44, 52, 62),
    series=((86, 180, 233), (240, 140, 60), (110, 120, 132)),
)


class Kind(Enum):
    """The form of a chart: stacked bars of each day, lines over the days, or a bar for each named value."""

    BARS = auto()
    LINES = auto()
    ROWS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values, None for a day without one. Those of BARS and LINES have one colour, those of ROWS have a `name`."""

    values: Sequence[float | None]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One panel: its title, the figure that matters most, and the values.

    Of BARS and LINES all series have a value for each day; `first` and `last` name the ends of the axis. Of ROWS there
    is one series for each row, and its values share the row. `legend` names the values of a row, or those of the series
    of BARS and LINES.
    """

    kind: Kind
    title: str
    headline: str
    series: Sequence[Series]
    first: str = ""
    last: str = ""
    legend: Sequence[str] = ()
