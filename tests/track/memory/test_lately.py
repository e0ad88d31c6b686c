"""What a sensor reported lately: engines by tone, how loud, and what they can hide."""

import math

import numpy as np
import pytest

from forehear.track.memory.batch import Batch
from forehear.track.memory.lately import (
    ENGINES,
    HIDES_DB,
    MAY_BE_DB,
    REMEMBERED_S,
    hidden_below,
    note_sources,
    nothing_heard,
)

NAN = math.nan


def said(*reports: tuple[float, list[tuple[float, float]]]) -> np.ndarray:
    """What sensor 0 of one has reported: (heard at, [(tone, level), ...]) each."""
    lately = nothing_heard(1)
    sources = [source for _, all_of in reports for source in all_of]
    tones, levels = (np.array([s[i] for s in sources], np.float64) for i in range(2))
    n, blank = len(reports), np.full(len(sources), NAN)
    first = np.concatenate([[0], np.cumsum([len(all_of) for _, all_of in reports])]).astype(np.int64)
    batch = Batch(
        sensor=np.zeros(n, np.int64), heard_s=np.array([at for at, _ in reports]), place=np.zeros((n, 4)),
        noise_db=np.full(n, 35.0), first=first, level_db=levels, ln_tone=np.log(tones), ln_tone_var=blank,
        azimuth=blank, azimuth_var=blank, elevation=blank, elevation_var=blank, kinds=np.zeros((len(sources), 3)),
        clock_var=np.zeros(n), lasting_s=np.ones(n), bias_var=np.zeros(n), is_person=np.zeros(n, np.bool_),
    )  # fmt: skip
    note_sources(lately, batch)
    return np.asarray(lately[0])


def test_a_sensor_that_said_nothing_hides_nothing() -> None:
    assert hidden_below(said((5.0, [])), 5.0, math.log(112.0), 10.0) == -math.inf


def test_another_tone_hides_only_what_is_much_weaker() -> None:
    engines = said(*((float(s), [(90.0, 60.0)]) for s in range(8)))
    assert hidden_below(engines, 8.0, math.log(112.0), 10.0) == pytest.approx(60.0 - HIDES_DB)
    # Long before it was heard first, and after it was heard last, it hides nothing.
    assert hidden_below(engines, -11.0, math.log(112.0), 10.0) == -math.inf
    assert hidden_below(engines, 18.0, math.log(112.0), 10.0) == -math.inf


@pytest.mark.parametrize("tone_hz", [110.0, 112.0, 115.0, NAN])
def test_what_sounds_like_the_flight_may_be_it_if_it_is_about_as_loud(tone_hz: float) -> None:
    engines = said((3.0, [(90.0, 50.0), (112.0, 40.0)]))
    least = (50.0 if math.isnan(tone_hz) else 40.0) + MAY_BE_DB
    assert hidden_below(engines, 5.0, math.log(tone_hz), 10.0) == pytest.approx(least)


def test_a_flyby_is_one_engine_though_its_tone_slides_and_fades() -> None:
    sliding = [(float(s), [(112.0 * math.exp(-0.01 * s), 70.0 - s)]) for s in range(20)]
    engines = said(*sliding)
    assert np.isfinite(engines[:, 1]).sum() == 1
    assert 50.0 < engines[np.isfinite(engines[:, 1]), 3][0] < 70.0


def test_a_flood_of_tones_keeps_the_latest() -> None:
    engines = said(*((float(s), [(40.0 * 1.2**s, 50.0)]) for s in range(3 * ENGINES)))
    assert sorted(engines[:, 1]) == [float(s) for s in range(2 * ENGINES, 3 * ENGINES)]
    assert REMEMBERED_S > 3 * ENGINES
