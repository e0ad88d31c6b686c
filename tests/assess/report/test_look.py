"""How figures look: the same bytes for the same data, and the caller's settings as they were."""

from pathlib import Path

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from forehear.assess.report.look import bare, calm, save


def drawn() -> Figure:
    with calm():
        figure, axes = plt.subplots()
        axes.plot([0.0, 1.0], [1.0, 2.0])
        axes.set_title("A title & more")
        bare(axes)
    return figure


def test_settings_are_the_houses_inside_and_the_callers_after() -> None:
    before = dict(matplotlib.rcParams)
    with calm():
        assert matplotlib.rcParams["axes.titlelocation"] == "left"
        assert not matplotlib.rcParams["legend.frameon"]
    assert dict(matplotlib.rcParams) == before


def test_a_bare_picture_has_no_frame_and_one_grid() -> None:
    figure = drawn()
    (axes,) = figure.axes
    assert not any(spine.get_visible() for spine in axes.spines.values())
    assert all(line.get_visible() for line in axes.get_ygridlines())
    assert not any(line.get_visible() for line in axes.get_xgridlines())
    plt.close(figure)


def test_a_picture_is_the_same_twice_as_png_and_as_svg(tmp_path: Path) -> None:
    with calm():
        one, two = (save(drawn(), tmp_path / f"{k}.png") for k in (1, 2))
    assert one == two
    assert one.startswith("<svg")
    assert "A title &amp; more" in one
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()
    assert (tmp_path / "1.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert plt.get_fignums() == []
