"""Contrast: known values, and what must hold for every colour."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff.contrast import (
    DARK_PAPERS,
    LIGHT_PAPERS,
    NEEDED,
    for_dark,
    for_light,
    is_colour,
    is_readable,
    lowest_ratio,
    luminance,
    ratio,
)
from tests.architecture.source import ROOT

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the well-known grey that just fails
        ("#767676", "#ffffff", 4.54),  # and the one that just passes
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
        ("#123456", "#123456", 1.0),
    ],
)
def test_known_ratios(one: str, other: str, expected: float) -> None:
    assert ratio(one, other) == pytest.approx(expected, abs=0.005)


@given(colours, colours)
def test_a_ratio_is_symmetric_and_between_1_and_21(one: str, other: str) -> None:
    assert ratio(one, other) == ratio(other, one)
    assert 1 <= ratio(one, other) <= 21.0000001


@given(colours)
def test_the_shades_offered_can_be_read_and_what_can_be_read_stays(colour: str) -> None:
    light, dark = for_light(colour), for_dark(colour)
    assert lowest_ratio(light, LIGHT_PAPERS) >= NEEDED
    assert lowest_ratio(dark, DARK_PAPERS) >= NEEDED
    assert (light == colour) is is_readable(colour)
    assert (dark == colour) is is_readable(colour, DARK_PAPERS)


@given(colours)
def test_the_shade_for_light_is_darker_and_that_for_dark_lighter(colour: str) -> None:
    assert luminance(for_light(colour)) <= luminance(colour) <= luminance(for_dark(colour))


@given(colours.filter(lambda colour: not is_readable(colour)))
def test_the_shade_offered_is_the_nearest(colour: str) -> None:
    """One step back towards the colour that was chosen is not enough, or is no step."""
    offered = for_light(colour)
    lighter = "#" + "".join(
        f"{min(255, int(offered[at : at + 2], 16) + 2):02x}" for at in (1, 3, 5)
    )
    assert lowest_ratio(lighter, LIGHT_PAPERS) < NEEDED + 0.15


@pytest.mark.parametrize("text", ["", "red", "#fff", "#FFFFFF", "#ggg000", "#1234567", "#123456\n"])
def test_what_is_no_colour(text: str) -> None:
    assert not is_colour(text)
    with pytest.raises(ValueError, match="Not a colour"):
        luminance(text)


def test_the_papers_are_those_of_the_pages_and_the_mails() -> None:
    tokens = (ROOT / "static/css/tokens.css").read_text()
    light, dark = tokens.split("@media (prefers-color-scheme:dark)")
    for part, papers in ((light, LIGHT_PAPERS), (dark, DARK_PAPERS)):
        found = [re.search(rf"--{name}:(#\w+)", part)[1] for name in ("paper", "wash")]
        assert [colour if len(colour) == 7 else "#" + colour[1] * 6 for colour in found] == list(
            papers
        )
    style = (ROOT / "templates/mail/parts/head_style.html").read_text()
    style = style.partition("{% if")[0]  # what follows is the plate of the firm's logo
    for name in ("invitation", "reminder", "reopened"):
        mail = style + (ROOT / f"templates/mail/{name}/body.html").read_text()
        assert {*re.findall(r"background:(#\w+)", mail)} == {
            "#f4f6f9",
            "#fff",
            *DARK_PAPERS,
        }
