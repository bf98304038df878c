"""Plots are SVG files that any viewer reads."""

from xml.etree import ElementTree

import pytest

from longread.bench.plot import heat_map, line_plot

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


def test_a_heat_map_has_a_square_for_each_cell_darker_the_farther_from_half() -> None:
    cells = {("0%", "10"): 1.0, ("0%", "20"): 0.5, ("50%", "10"): 0.0, ("50%", "20"): 0.75}
    root = ElementTree.fromstring(heat_map("Title", "x", "y", cells))
    squares = [item.attrib for item in root if item.tag.endswith("rect")][1:]
    assert len({(item["x"], item["y"]) for item in squares}) == len(squares) == 4
    shades = [item["fill"] for item in squares]
    assert shades[1] == "#ffffff"
    assert len(set(shades)) == 4
    texts = [item.text for item in root if item.tag.endswith("text")]
    assert {"0%", "50%", "10", "20", "1.00", "0.50", "0.00", "0.75"} <= set(texts)
    with pytest.raises(ValueError, match="nothing to plot"):
        heat_map("Title", "x", "y", {})
