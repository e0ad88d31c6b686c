"""What sensors make of sound: merged, heard with the odds stated, measured with the errors stated."""

import math

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.simulate.worlds import made

from forehear.simulate import run
from forehear.simulate.heard import columns, hearing, sensors
from forehear.simulate.scenario.settings import SensorModel

Array = NDArray[np.float64]
MODEL = SensorModel()
PISTON = np.array([[0.8, 0.04, 0.16]])


def natures_of(kind: str = "microphone", n: int = 4, **model: float) -> tuple[sensors.SensorNatures, SensorModel]:
    share = {"array": {"array_share": 1.0}, "observer": {"observer_share": 1.0}, "microphone": {}}[kind]
    world = run.prepare(made(network={"layout": "random", "count": n} | share, sensors=model), 1)
    return world.natures, world.scenario.sensors


def rows_of(*rows: tuple[float, float, float, float]) -> Array:
    return np.array(rows)


def heard(
    rows: Array, n: int, natures: sensors.SensorNatures, model: SensorModel, noise_db: float = 30.0
) -> columns.SourceColumns:
    """The same rows in n frames of sensor 0."""
    m = len(rows)
    noise = np.full((len(natures.kind), n), noise_db)
    emitter, sensor = np.tile(np.arange(m), n), np.zeros(m * n, np.int64)
    tick = np.repeat(np.arange(n), m)
    rng = np.random.default_rng(1)
    heard_as = np.repeat(PISTON, m, axis=0)
    incoming = hearing.Incoming(emitter, sensor, tick, np.tile(rows, (n, 1)))
    return sensors.hear(natures, model, noise, incoming, heard_as, rng)


def merged(rows: Array, kind: str = "microphone") -> Array:
    natures, model = natures_of(kind)
    zeros = np.zeros(len(rows), np.int64)
    return sensors.merged(natures, model, 1, hearing.Incoming(zeros, zeros, zeros, rows))[0]


def test_two_engines_closer_in_tone_than_it_can_tell_are_one_source() -> None:
    out = merged(rows_of((50.0, 110.0, 10.0, 5.0), (50.0, 112.0, 200.0, 5.0)))
    assert len(out) == 1
    assert out[0, 0] == pytest.approx(53.0103, abs=1e-4)
    assert out[0, 1] == pytest.approx(111.0)
    louder = merged(rows_of((40.0, 110.0, 10.0, 5.0), (50.0, 112.0, 200.0, 5.0)))
    # A tenth of the power pulls the tone by an eleventh of the way, and the bearing is the loud one's.
    assert louder[0, 1] == pytest.approx(112.0 - 2.0 / 11.0)
    assert louder[0, 2] == 200.0


def test_tones_farther_apart_and_toneless_ones_stay_apart() -> None:
    assert len(merged(rows_of((50.0, 110.0, 0.0, 5.0), (50.0, 113.5, 0.0, 5.0)))) == 2
    assert len(merged(rows_of((50.0, 110.0, 0.0, 5.0), (50.0, 0.0, 0.0, 5.0)))) == 2
    assert len(merged(rows_of((50.0, 0.0, 0.0, 5.0), (50.0, 0.0, 90.0, 5.0)))) == 1


def test_an_array_tells_by_bearing_what_it_cannot_by_tone() -> None:
    rows = rows_of((50.0, 110.0, 350.0, 5.0), (50.0, 110.0, 20.0, 5.0))
    assert len(merged(rows, "array")) == 2
    rows[1, 2] = 355.0
    assert len(merged(rows, "array")) == 1


def test_a_chain_of_tones_hangs_on_its_loudest() -> None:
    rows = rows_of(
        (50.0, 110.0, 0.0, 5.0), (55.0, 112.0, 0.0, 5.0), (49.0, 114.0, 0.0, 5.0), (48.0, 116.0, 0.0, 5.0)
    )
    # 112 takes 110 and 114; 116 is 4 Hz from it and stays.
    assert len(merged(rows)) == 2


@pytest.mark.parametrize("over", [-6.0, 0.0, 3.0, 6.0, 12.0])
def test_it_hears_with_the_odds_of_the_formula(over: float) -> None:
    natures, model = natures_of()
    n = 20_000
    share = len(heard(rows_of((30.0 + over, 110.0, 0.0, 5.0)), n, natures, model)) / n
    z = (over - model.threshold_db) / math.hypot(model.soft_db, model.level_sigma_db)
    odds = model.max_detection * 0.5 * math.erfc(-z / math.sqrt(2.0))
    assert share == pytest.approx(odds, abs=4.0 * math.sqrt(odds * (1.0 - odds) / n))


def test_errors_have_the_sigmas_stated() -> None:
    natures, model = natures_of("array", elevation_bias_spread_deg=0.0)
    got = heard(rows_of((70.0, 110.0, 120.0, 12.0)), 20_000, natures, model)
    three_of_20000 = 0.025
    assert float(np.std(got.level_db)) == pytest.approx(model.level_sigma_db, rel=three_of_20000)
    plain = np.abs(got.tone_hz - 110.0) < 10.0
    assert float(np.std(got.tone_hz[plain])) == pytest.approx(model.tone_sigma_hz, rel=three_of_20000)
    assert float(np.mean(got.tone_sigma_hz)) == pytest.approx(model.tone_sigma_hz)
    assert float(np.std(got.azimuth_deg)) == pytest.approx(model.azimuth_sigma_deg, rel=three_of_20000)
    assert float(np.mean(got.azimuth_deg)) == pytest.approx(120.0, abs=0.15)
    assert float(np.std(got.elevation_deg)) == pytest.approx(model.elevation_sigma_deg, rel=three_of_20000)
    bias = model.elevation_bias_deg * math.exp(-12.0 / model.elevation_bias_fade_deg)
    assert float(np.mean(got.elevation_deg)) == pytest.approx(12.0 + bias, abs=0.2)
    assert set(got.azimuth_sigma_deg) == {4.0}
    assert set(got.elevation_sigma_deg) == {6.0}


def test_a_few_tones_are_an_octave_off_half_of_them_up() -> None:
    natures, model = natures_of()
    got = heard(rows_of((70.0, 110.0, 0.0, 5.0)), 20_000, natures, model)
    up, down = np.mean(np.abs(got.tone_hz - 220.0) < 8.0), np.mean(np.abs(got.tone_hz - 55.0) < 4.0)
    assert float(up) == pytest.approx(model.octave_share / 2.0, rel=0.3)
    assert float(down) == pytest.approx(model.octave_share / 2.0, rel=0.3)


def test_a_weak_tone_is_less_sure_and_says_so() -> None:
    natures, model = natures_of(level_sigma_db=0.0, soft_db=0.01, threshold_db=-20.0)
    got = heard(rows_of((24.0, 110.0, 0.0, 5.0)), 4000, natures, model)
    sigma = model.tone_sigma_hz * 10.0 ** ((6.0 + 6.0) / 20.0)
    assert got.tone_sigma_hz == pytest.approx(sigma)
    plain = np.abs(got.tone_hz - 110.0) < 10.0
    assert float(np.std(got.tone_hz[plain])) == pytest.approx(sigma, rel=0.05)


@pytest.mark.parametrize(
    ("kind", "tone", "azimuth", "elevation"),
    [("microphone", True, False, False), ("array", True, True, True), ("observer", False, True, False)],
)
def test_each_kind_of_sensor_knows_what_it_can_know(kind: str, tone: bool, azimuth: bool, elevation: bool) -> None:
    natures, model = natures_of(kind)
    got = heard(rows_of((70.0, 110.0, 50.0, 5.0)), 50, natures, model)
    for values, sigmas, known in (
        (got.tone_hz, got.tone_sigma_hz, tone),
        (got.azimuth_deg, got.azimuth_sigma_deg, azimuth),
        (got.elevation_deg, got.elevation_sigma_deg, elevation),
    ):
        assert np.all(np.isfinite(values) == known)
        assert np.all(np.isfinite(sigmas) == known)
    if kind == "observer":
        assert set(got.azimuth_sigma_deg) == {model.observer_azimuth_sigma_deg}


def test_a_jet_has_no_tone() -> None:
    natures, model = natures_of()
    assert np.all(np.isnan(heard(rows_of((70.0, 0.0, 50.0, 5.0)), 50, natures, model).tone_hz))


def test_kinds_inform_but_are_not_sure() -> None:
    guess = sensors.guess(np.repeat(PISTON, 5000, axis=0), MODEL.kinds_concentration, np.random.default_rng(1))
    assert guess.sum(axis=1) == pytest.approx(1.0)
    assert guess.mean(axis=0) == pytest.approx(PISTON[0], abs=0.01)
    right = np.argmax(guess, axis=1) == 0
    assert 0.8 < float(right.mean()) < 0.99
    whole = columns.hundredths(guess)
    assert np.all(whole.sum(axis=1) == 100)
    assert np.abs(whole / 100.0 - guess).max() < 0.0151


def test_false_alarms_come_at_their_rate_in_bursts_of_one_to_three() -> None:
    natures, model = natures_of(n=400)
    rng = np.random.default_rng(2)
    carried = np.empty((0, 7))
    sources, bursts, ran_on = 0, 0, 0
    for _ in range(120):
        before = len(carried)
        got, carried = sensors.false_alarms(natures, model, np.full((400, 30), 36.0), carried, rng)
        sources += len(got)
        ran_on += before
        bursts += len(carried)
        assert np.all(got.tick < 30)
    expected = model.false_alarms_per_hour * 400.0
    # Two frames a burst, 400 sensor-hours: four standard deviations of a count of 2,400 are 8 %.
    assert sources == pytest.approx(2.0 * expected, rel=0.09)
    assert ran_on > 50


def test_false_alarms_stand_over_the_noise_and_some_have_no_tone() -> None:
    natures, model = natures_of(n=400)
    got, _ = sensors.false_alarms(
        natures, msgspec.structs.replace(model, false_alarms_per_hour=600.0), np.full((400, 30), 36.0),
        np.empty((0, 7)), np.random.default_rng(3),
    )  # fmt: skip
    over = got.level_db - 36.0
    assert float(np.median(over)) < 9.0
    assert float(over.max()) < model.threshold_db + model.false_alarm_snr_db + 8.0
    assert float(np.isnan(got.tone_hz).mean()) == pytest.approx(0.2, abs=0.05)
