"""Kinds: probabilities that are probabilities, drones that are `piston`, and much else that is not."""

import numpy as np
import pytest
from scipy.signal import lfilter
from tests.listen.synthetic import RATE_HZ, Samples, comb, hear, level, most_piston, noise, seconds_of, times

from forehear.listen import kinds
from forehear.listen.families import THERE
from forehear.listen.floor import BANDS
from forehear.listen.listener import Listener
from forehear.listen.traits import NAMES, Sound, traits
from forehear.synthesise import sound
from forehear.synthesise.engines import ENGINES
from forehear.synthesise.noise import Noise
from forehear.synthesise.travel import straight
from forehear.synthesise.ways import Ground

SECONDS = 8.0


def synthetic(engine: str, seed: int, distance_m: float = 200.0, ambient_db: float = 42.0) -> Samples:
    """An engine that flies past at 40 m/s, in a quiet land."""
    rng = np.random.default_rng(seed)
    flight = sound.Flight(
        straight((-160.0, 0.7 * distance_m, 0.7 * distance_m), (40.0, 0.0, 0.0)), ENGINES[engine]
    )
    land = sound.Environment(ground=Ground(), noise=Noise(ambient_db=ambient_db))
    heard = sound.sound_at([(0.0, 0.0, 2.0)], [flight], SECONDS, rng, environment=land)
    return sound.full_scale(heard[:, 0], 100.0)


def siren() -> Samples:
    """Wails between 600 and 1,400 Hz, with overtones."""
    return comb(
        lambda t: 1000.0 + 400.0 * np.sin(2.0 * np.pi * 0.3 * t), SECONDS, to_hz=7000.0, lines=lambda k: 1.0 / k
    )


def horns() -> Samples:
    """Two horns a minor third apart, as cars have, or a train's chord."""
    one, other = (comb(f, SECONDS, to_hz=6000.0, lines=lambda k: k**-0.5) for f in (415.0, 494.0))
    return np.asarray((one + other) / np.std(one + other), np.float32)


def helicopter() -> Samples:
    """A low comb that ends early."""
    return comb(22.0, SECONDS, to_hz=900.0, lines=lambda k: level(-3.0 * max(k - 4, 0)))


def rotors() -> Samples:
    """Four small rotors, each with its own trembling speed."""
    chance = np.random.default_rng(6)
    out = np.zeros(round(SECONDS * RATE_HZ), np.float32)
    for base in (171.0, 179.0, 190.0, 203.0):
        walk = np.cumsum(chance.normal(size=len(out))) * 0.02
        out += comb(lambda t, base=base, walk=walk: base + walk, SECONDS, int(base), to_hz=6000.0)
    return np.asarray(out / out.std(), np.float32)


def vowel() -> Samples:
    """Somebody who says "ah" thrice, with a voice that goes up and down."""
    time_s = times(SECONDS)
    pitch = 125.0 * 2.0 ** (0.35 * np.sin(2.0 * np.pi * 0.45 * time_s))
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE_HZ), prepend=0.0)
    out = pulses
    for formant_hz, width_hz in ((730.0, 90.0), (1090.0, 110.0), (2440.0, 170.0)):
        r = np.exp(-np.pi * width_hz / RATE_HZ)
        out = lfilter([1.0 - r], [1.0, -2.0 * r * np.cos(2.0 * np.pi * formant_hz / RATE_HZ), r * r], out)
    out = out * (np.sin(2.0 * np.pi * 0.45 * time_s - 0.6) > -0.3)
    return np.asarray(out / out.std(), np.float32)


OTHERS = {
    "siren": siren, "horns": horns, "hum of 50 Hz": lambda: comb(50.0, SECONDS, to_hz=51.0),
    "hum of 100 Hz": lambda: comb(100.0, SECONDS, to_hz=101.0), "helicopter": helicopter, "rotors": rotors,
    "vowel": vowel,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("around_db", [-18.0, -30.0])
def test_what_is_no_drone_is_not_told_as_one(name: str, around_db: float) -> None:
    assert most_piston(hear(0.05 * (OTHERS[name]() + level(around_db) * noise(SECONDS, 3, 1.0)))) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["piston", "fast_piston"])
def test_a_propeller_drone_is_told_as_one(engine: str) -> None:
    told = [most_piston(hear(synthetic(engine, seed))) for seed in range(6)]
    # Each seed is another engine of the kind: the envelope of its lines is drawn.
    assert sum(p > 0.5 for p in told) >= 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "engine",
    [
        "helicopter",
        "multirotor",
        "jet",
        "motorcycle",
    ],
)
def test_what_flies_otherwise_is_not_told_as_one(engine: str) -> None:
    told = [most_piston(hear(synthetic(engine, seed))) for seed in range(3)]
    assert max(told) < 0.5


def test_probabilities_add_up_and_follow_the_odds() -> None:
    odds = np.concatenate([[-1e9, -100.0], np.linspace(-20.0, 20.0, 81), [100.0, 1e9]])
    told = [kinds.kinds_of(float(o)) for o in odds]
    assert all(k.piston + k.jet + k.other == pytest.approx(1.0, abs=1e-12) for k in told)
    assert all(0.0 <= p <= 1.0 for k in told for p in (k.piston, k.jet, k.other))
    assert np.all(np.diff([k.piston for k in told]) >= 0.0)
    assert kinds.kinds_of(0.0).piston == pytest.approx(0.5)


def test_evidence_gathers_for_and_against_and_fades() -> None:
    for sign in (1.0, -1.0):
        one = kinds.gathered(None, sign * 2.0)
        two = kinds.gathered(one, sign * 2.0)
        assert sign * two.nat > sign * one.nat
        # What lies longer ago counts less against what is now.
        assert sign * kinds.gathered(one, 0.0, 2).nat < sign * kinds.gathered(one, 0.0).nat
    # No certainty out of little, however long it goes on, nor out of one second.
    long = None
    for _ in range(100):
        long = kinds.gathered(long, 1.0)
    assert long is not None
    assert 1.0 < long.nat < 2.0
    assert kinds.gathered(None, 1e9).nat == kinds.MOST_A_SECOND


@pytest.mark.parametrize("prior", [1e-4, 0.01, 0.5, 0.99])
def test_a_prior_multiplies_the_odds(prior: float) -> None:
    weighed = kinds.Weighed(1.5)
    even = weighed.odds(kinds.expected(0.5))
    assert weighed.odds(kinds.expected(prior)) == pytest.approx(even + np.log(prior / (1.0 - prior)))
    assert weighed.odds(kinds.expected(None)) == pytest.approx(even + kinds.EXPECTED)
    # Without being told, a drone is rarer than what else has a tone.
    assert kinds.EXPECTED < 0.0


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, np.nan])
def test_what_is_no_probability_is_no_prior(prior: float) -> None:
    with pytest.raises(ValueError, match="prior"):
        Listener("K-07", prior=prior)


def test_where_drones_are_likelier_the_same_sound_is_told_with_more() -> None:
    sound = synthetic("piston", 1)
    told = []
    for prior in (0.001, 0.05, 0.5):
        listener = Listener("K-07", prior=prior)
        told.append(most_piston(listener.hear(sound, 0.0)))
    assert told == sorted(told)
    assert told[0] < told[2]


def test_the_forest_that_is_shipped_is_whole_and_asks_for_the_traits_there_are() -> None:
    trees = kinds.learned()
    assert trees.features == len(NAMES)
    assert len(trees.roots) >= 50
    # It weighs more than one thing.
    assert len(np.unique(trees.feature)) > 20


SOUNDING = Sound(1e-3, 1e-6, np.full(BANDS, 1e-5), 1.3)


def test_traits_are_finite_of_any_family() -> None:
    silent, loud = (Sound(p, p, np.full(BANDS, p), 5.0) for p in (0.0, 1e3))
    for samples in (1e-6 * noise(6.0) + 0.3 * comb(60.0, 6.0), comb(250.0, 6.0, to_hz=251.0), helicopter()):
        for second in seconds_of(np.asarray(samples, np.float32)):
            for family in second:
                for sounding in (silent, SOUNDING, loud):
                    told = traits(family, sounding)
                    assert told.shape == (len(NAMES),)
                    assert np.isfinite(told).all()
                    assert np.isfinite(kinds.weighed(told[None])).all()


def test_traits_are_what_their_names_say() -> None:
    sound = 0.05 * (comb(90.0, 6.0, lines=lambda k: k**-0.5) + 0.3 * noise(6.0))
    family = seconds_of(np.asarray(sound, np.float32))[-1][0]
    of = dict(zip(NAMES, traits(family, SOUNDING).tolist(), strict=True))
    assert np.exp(of["tone"]) == pytest.approx(90.0, rel=1e-3)
    assert of["present"] == 1.0
    assert of["order_1"] > THERE
    assert 90.0 < np.exp(of["centroid"]) < 2000.0
    assert np.exp(of["lowest_heard"]) == pytest.approx(90.0, rel=1e-3)
    # Half the power an octave: 3 dB.
    assert of["decay"] == pytest.approx(-3.0, abs=0.7)
    assert of["explained"] > 0.6
    assert of["hiss"] == pytest.approx(-30.0)


def test_louder_or_fainter_it_has_the_same_traits() -> None:
    sound = comb(110.0, 6.0, lines=lambda k: k**-0.5) + 0.3 * noise(6.0)
    told = []
    for scale in (1e-3, 1.0):
        family = seconds_of(np.asarray(scale * sound, np.float32))[-1][0]
        bands = np.full(BANDS, 0.01) * scale**2
        told.append(traits(family, Sound(scale**2, 0.1 * scale**2, bands, 1.0)))
    assert told[0] == pytest.approx(told[1], abs=0.02)
