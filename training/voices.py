"""What calls, rings, whines and plays, to learn from: short models of everything that has lines and is no engine.

Throats, horns, bells, sirens, insects, fans, mains hum and music. None is made to sound like any one thing; each
is drawn from so wide a range that real ones lie within.
"""

from collections.abc import Callable

import numpy as np

from forehear.synthesise.sound import RATE_HZ
from training.chance import Array, Chance, hiss, log_uniform, slow

# Nothing is sounded above this [Hz].
TOP_HZ = 7000.0
Gain = Callable[[Array], Array]


def comb(chance: Chance, tone_hz: Array, gain_db: Gain, wander_db: float = 0.0, to_hz: float = TOP_HZ) -> Array:
    """Sound a harmonic series of a moving tone (n,); `gain_db` gives lines' levels at their mean frequencies."""
    phase = 2.0 * np.pi * np.cumsum(tone_hz) / RATE_HZ
    mean = np.arange(1.0, max(int(to_hz / tone_hz.max()), 1) + 1.0) * float(tone_hz.mean())
    levels = gain_db(mean)
    out = np.zeros(len(tone_hz))
    for k in np.flatnonzero(levels > levels.max() - 60.0):
        course_db = levels[k] + wander_db * slow(chance, len(out), 0.5)
        out += 10.0 ** (course_db / 20.0) * np.sin((k + 1) * phase + chance.uniform(0.0, 2.0 * np.pi))
    return out


def formants(chance: Chance, fall_db: float) -> Gain:
    """Draw a throat or a case: a level that falls with frequency, with some resonances on it."""
    peaks = [
        (log_uniform(chance, 250.0, 4500.0), chance.uniform(5.0, 22.0), chance.uniform(80.0, 500.0))
        for _ in range(4)
    ]

    def gain(hz: Array) -> Array:
        out = -fall_db * np.log2(hz / hz[0])
        for at, high_db, wide in peaks:
            out = out + high_db / (1.0 + ((hz - at) / wide) ** 2)
        return np.asarray(out + chance.normal(0.0, 2.0, len(hz)), np.float64)

    return gain


def rising(count: int, attack_s: float, decay_s: float) -> Array:
    """Give an envelope (count,) that comes on and goes."""
    t = np.arange(count) / RATE_HZ
    return np.asarray(np.minimum(t / attack_s, 1.0) * np.minimum((count / RATE_HZ - t) / decay_s, 1.0), np.float64)


def _unit(x: Array) -> Array:
    return np.asarray(x / (x.std() + 1e-9), np.float64)


def voices(chance: Chance, seconds: float) -> Array:
    """Let one throat call, from a cow's to a bird's, or talk: glides, trembling, pauses, breath."""
    out = np.zeros(round(seconds * RATE_HZ))
    base_hz, long_s = log_uniform(chance, 60.0, 900.0), log_uniform(chance, 0.1, 2.5)
    fall_db, breath = chance.uniform(0.0, 9.0), log_uniform(chance, 0.01, 0.5)
    glide, tremble = chance.uniform(0.0, 0.35), chance.choice([0.0, 0.01, 0.03])
    at_s = chance.uniform(0.0, 0.5)
    while at_s < seconds - 0.15:
        first = round(at_s * RATE_HZ)
        n = min(round(long_s * chance.uniform(0.5, 1.5) * RATE_HZ), len(out) - first)
        u = np.linspace(0.0, 1.0, n)
        turns = chance.uniform(4.0, 30.0) * n / RATE_HZ
        log = chance.normal(0.0, glide) * u + chance.normal(0.0, glide) * 4.0 * u * (1.0 - u)
        log += tremble * np.sin(2.0 * np.pi * turns * u) + chance.normal(0.0, 0.05)
        call = comb(chance, base_hz * np.exp(log), formants(chance, fall_db))
        call += breath * call.std() * chance.standard_normal(n)
        out[first : first + n] += _unit(call) * rising(n, 0.03, 0.08) * log_uniform(chance, 0.3, 1.0)
        at_s += n / RATE_HZ + log_uniform(chance, 0.03, 2.0)
    return out


def horns(chance: Chance, seconds: float) -> Array:
    """Sound horns: one to four tones at once in simple ratios, held."""
    out = np.zeros(round(seconds * RATE_HZ))
    steps = [1.0, 1.19, 1.25, 1.33, 1.5, 1.68, 2.0]
    chord = log_uniform(chance, 150.0, 600.0) * chance.choice(steps, int(chance.integers(1, 5)), replace=False)
    at_s = chance.uniform(0.0, 1.0)
    while at_s < seconds - 0.2:
        first = round(at_s * RATE_HZ)
        n = min(round(log_uniform(chance, 0.2, 4.0) * RATE_HZ), len(out) - first)
        for hz in chord:
            tone = hz * (1.0 + 0.003 * slow(chance, n, 0.3))
            held = comb(chance, tone, formants(chance, chance.uniform(1.0, 6.0)), 1.0)
            out[first : first + n] += held * rising(n, 0.05, 0.1)
        at_s += n / RATE_HZ + log_uniform(chance, 0.1, 3.0)
    return out


def bells(chance: Chance, seconds: float) -> Array:
    """Ring one to three bells: partials in no harmonic series, each dying at its own pace."""
    out = np.zeros(round(seconds * RATE_HZ))
    ratios = np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.67, 3.0, 4.0, 5.3, 6.7])
    for _ in range(int(chance.integers(1, 4))):
        partials = log_uniform(chance, 80.0, 900.0) * ratios * (1.0 + chance.normal(0.0, 0.015, len(ratios)))
        level_db = chance.uniform(-25.0, 0.0, len(ratios))
        decay_s = np.exp(chance.uniform(np.log(0.2), np.log(5.0), len(ratios)))
        at_s, every_s = chance.uniform(0.0, 2.0), log_uniform(chance, 0.4, 3.0)
        while at_s < seconds:
            first = round(at_s * RATE_HZ)
            t = np.arange(len(out) - first) / RATE_HZ
            for hz, db, die_s in zip(partials, level_db, decay_s, strict=True):
                if hz < TOP_HZ:
                    out[first:] += 10.0 ** (db / 20.0) * np.exp(-t / die_s) * np.sin(2.0 * np.pi * hz * t)
            at_s += every_s
    return out


def sirens(chance: Chance, seconds: float) -> Array:
    """Sound a siren: sweeps, steps and wails; or one of two rotors that runs up."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    if chance.random() < 0.3:
        tone = chance.uniform(150.0, 480.0) * (1.0 - np.exp(-(t + chance.uniform(0.1, 5.0)) / 2.0))
        return sum(
            (comb(chance, tone * ratio, formants(chance, 5.0), 1.0) for ratio in (1.0, 1.2)), np.zeros(len(t))
        )
    low_hz, high_hz = chance.uniform(250.0, 700.0), chance.uniform(700.0, 1700.0)
    turn = (t / log_uniform(chance, 0.2, 10.0) + chance.random()) % 1.0
    shapes = [np.abs(2.0 * turn - 1.0), turn, (turn < 0.5) * 1.0, 0.5 + 0.5 * np.sin(2.0 * np.pi * turn)]
    tone = low_hz * (high_hz / low_hz) ** shapes[int(chance.integers(4))]
    return comb(chance, tone, formants(chance, chance.uniform(2.0, 9.0)), 1.0)


def insects(chance: Chance, seconds: float) -> Array:
    """Let an insect fly by, or some chirp."""
    n = round(seconds * RATE_HZ)
    if chance.random() < 0.5:
        wander = chance.uniform(0.003, 0.08) * slow(chance, n, chance.uniform(0.1, 1.0))
        near = np.exp(chance.uniform(0.0, 1.5) * slow(chance, n, chance.uniform(0.2, 2.0)))
        tone = log_uniform(chance, 110.0, 700.0) * (1.0 + wander)
        return comb(chance, tone, formants(chance, chance.uniform(2.0, 10.0)), 1.5) * near
    t = np.arange(n) / RATE_HZ
    out = np.zeros(n)
    for _ in range(int(chance.integers(1, 4))):
        chirp = np.sin(2.0 * np.pi * t * log_uniform(chance, 0.5, 4.0)) > chance.uniform(-1.0, 0.8)
        wing = np.maximum(np.sin(2.0 * np.pi * log_uniform(chance, 8.0, 80.0) * t), 0.0)
        song = np.sin(2.0 * np.pi * chance.uniform(2200.0, TOP_HZ) * t)
        out += song * wing * chirp * log_uniform(chance, 0.1, 1.0)
    return out


def machines(chance: Chance, seconds: float) -> Array:
    """Run a fan, a vacuum cleaner, a saw or a pump: a steady whine of few or many lines in much hiss."""
    n = round(seconds * RATE_HZ)
    wander = log_uniform(chance, 1e-4, 0.02) * slow(chance, n, chance.uniform(0.3, 5.0))
    tone = log_uniform(chance, 40.0, 700.0) * (1.0 + wander)
    if chance.random() < 0.3:  # it is switched on or off
        t = np.arange(n) / RATE_HZ - chance.uniform(0.0, seconds)
        t = np.maximum(t if chance.random() < 0.5 else -t, 0.0)
        tone = np.maximum(tone * (1.0 - np.exp(-t / chance.uniform(0.3, 2.0))), 1.0)
    whine = comb(
        chance, tone, formants(chance, chance.uniform(1.0, 12.0)), 1.0, log_uniform(chance, 600.0, TOP_HZ)
    )
    return _unit(whine) + hiss(chance, n) * log_uniform(chance, 0.3, 5.0)


def hum(chance: Chance, seconds: float) -> Array:
    """Let the mains hum in the microphone's own wires: exact, for ever, with many or few lines."""
    n = round(seconds * RATE_HZ)
    tone = np.full(n, float(chance.choice([50.0, 50.0, 60.0, 100.0, 120.0])) * (1.0 + chance.normal(0.0, 5e-4)))
    lines = comb(
        chance, tone, formants(chance, chance.uniform(0.0, 12.0)), 0.0, log_uniform(chance, 200.0, TOP_HZ)
    )
    return _unit(lines) + hiss(chance, n) * log_uniform(chance, 0.03, 5.0)


def music(chance: Chance, seconds: float) -> Array:
    """Play one to three parts of a tune: notes of a key, plucked, struck or bowed."""
    out = np.zeros(round(seconds * RATE_HZ))
    key_hz, beat_s = log_uniform(chance, 60.0, 130.0), log_uniform(chance, 0.15, 1.0)
    for part in range(int(chance.integers(1, 4))):
        at_s, fall_db, ring_s = 0.0, chance.uniform(3.0, 12.0), log_uniform(chance, 0.1, 3.0)
        while at_s < seconds - 0.1:
            first = round(at_s * RATE_HZ)
            n = min(round(beat_s * chance.choice([0.5, 1.0, 1.0, 2.0, 4.0]) * RATE_HZ), len(out) - first)
            if n < 200:
                break
            t = np.arange(n) / RATE_HZ
            hz = key_hz * 2.0 ** (part + chance.choice([0, 2, 4, 5, 7, 9, 11, 12]) / 12.0)
            tone = hz * (1.0 + 0.004 * np.sin(2.0 * np.pi * 5.5 * t))
            note = _unit(comb(chance, tone, formants(chance, fall_db), 0.0, 6000.0))
            out[first : first + n] += note * np.exp(-t / ring_s) * rising(n, 0.01, 0.02)
            at_s += n / RATE_HZ
    return out
