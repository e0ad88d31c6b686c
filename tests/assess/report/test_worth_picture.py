"""The picture of what warning is worth: its steps, the network's minutes, and every assumption beside it."""

from matplotlib import pyplot as plt

from forehear.assess.grid.worth import DEFAULT_MEASURES, Worth
from forehear.assess.report.look import calm
from forehear.assess.report.worth_picture import draw_worth

FOUND = [
    Worth(0.0, (), 0.4, 0.1, 0.8),
    Worth(8.0, ("islands prepared",), 0.2, 0.0, 0.4),
    Worth(24.0, (), 0.1, 0.0, 0.2),
]
ASSUMED = ["A system that is on no map.", "Three branches are lost at random."]


def test_the_picture_says_its_assumptions_and_what_a_network_gives() -> None:
    with calm():
        figure = draw_worth(
            FOUND, DEFAULT_MEASURES, {"jet": 6.6, "propeller": 22.1, "late": 90.0}, ASSUMED, "A title"
        )
    curve, words = figure.axes
    said = " ".join(text.get_text() for text in (*curve.texts, *words.texts))
    assert "jet 7 min" in said
    assert "propeller 22 min" in said
    assert "late" not in said
    assert all(measure.name in said for measure in DEFAULT_MEASURES)
    assert all(text in said.replace("\n", " ").replace("  ", " ") for text in ASSUMED)
    assert curve.get_xlim() == (0.0, 24.0)
    assert curve.get_ylim()[0] == 0.0
    assert curve.get_ylim()[1] > 0.8
    # The label of a line far to the right stands to its left, off the assumptions.
    label = next(text for text in curve.texts if "propeller" in text.get_text())
    assert label.get_ha() == "right"
    plt.close(figure)
