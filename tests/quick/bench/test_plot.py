"""Plots are SVG files that any viewer reads."""

from xml.etree import ElementTree

import pytest

from longread.bench.plot import line_plot

CURVES = {"one <a>": [(0.0, 10.0), (100.0, 1000.0)], "two": [(0.0, 20.0), (100.0, 20.0)]}


@pytest.mark.parametrize("log_y", [False, True])
def test_each_curve_is_a_line_within_the_picture(log_y: bool) -> None:
    root = ElementTree.fromstring(line_plot("Title", "x", "y", CURVES, log_y=log_y))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    lines = [item for item in root if item.tag.endswith("polyline")]
    assert len(lines) == len(CURVES)
    for line in lines:
        points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    rising = [float(pair.split(",")[1]) for pair in lines[0].attrib["points"].split()]
    assert rising[1] < rising[0]
    texts = [item.text for item in root if item.tag.endswith("text")]
    assert {"Title", "x", "y", "one <a>", "two"} <= set(texts)


def test_nothing_cannot_be_plotted() -> None:
    with pytest.raises(ValueError, match="nothing to plot"):
        line_plot("Title", "x", "y", {"one": []})
