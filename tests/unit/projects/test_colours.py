"""Contrast as WCAG 2.2 counts it, against the grounds of our style sheet."""

import re

import pytest

from fairhaven.projects import colours
from fairhaven.ui.environment import STATIC


def test_contrast_is_that_of_the_standard():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_style_sheet():
    css = (STATIC / "fairhaven.css").read_text()
    for place, name in enumerate(("paper", "raised")):
        light, dark = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", css).groups()
        long = "#" + "".join(2 * each for each in light[1:]) if len(light) == 4 else light
        assert (long, dark) == (colours.GROUNDS["light"][place], colours.GROUNDS["dark"][place])
    light, dark = re.search(r"--accent: light-dark\((#\w+), (#\w+)\)", css).groups()
    assert {"light": light, "dark": dark} == colours.USUAL


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_has_a_neighbour_that_can_be_read(scheme):
    for accent in ("#ff0000", "#ffff00", "#00ff00", "#0000ff", "#ffffff", "#000000", "#7f7f7f", "#e4572e"):
        found = colours.suggested(accent, scheme)
        assert colours.least(found, scheme) >= colours.ENOUGH
        assert colours.contrast(colours.ink_on(found), found) >= colours.ENOUGH


def test_what_is_good_enough_stays_as_it_is():
    for scheme, accent in colours.USUAL.items():
        assert colours.suggested(accent, scheme) == accent
