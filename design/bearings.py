"""Which way to find a direction at a small array: correlation with whitened phases (SRP-PHAT) or likelihood?

    PYTHONPATH=src:. python design/bearings.py      (about two minutes)

One second of sound from a known direction at flat arrays of 3 to 8 microphones that stand 1 % of the array's
extent (2 cm at most) from where they are thought to be, every other time over a ground that reflects 0.8;
`tone`: harmonics alone, `mix`: harmonics and 14 dB less of broad-band, `broad`; noise of each microphone's own.
`gross` of PHAT: further off than 10 degrees; of the likelihood: and than five sigmas. The medians are of the
others; 24 trials a row.

Answer: the likelihood. With whitened phases every bin has the same say, and those without signal drown a tone;
it has no sigma of its own and never says that it does not know. Some of the rows:

    array        sound   snr | PHAT gross  median | likelihood says gross median  rms(error/sigma)
    triangle 1 m tone      0 |        42%   2.10° |             92%    0%  0.74°   0.80
    triangle 1 m mix       0 |         0%   1.20° |            100%    0%  0.69°   0.87
    square 1 m   tone    -10 |        58%   2.87° |             38%    0%  1.30°   1.63
    square 1 m   tone      0 |        33%   2.04° |             92%    0%  0.84°   1.14
    square 1 m   mix     -10 |        75%   3.67° |             54%    0%  0.74°   0.82
    square 1 m   broad   -10 |         0%   0.73° |            100%    0%  0.56°   0.90
    square 2 m   tone      0 |        54%   1.14° |             54%    4%  0.65°   1.49
    square 8 m   tone      0 |        83%   1.38° |             42%    4%  0.09°   1.11
    square 8 m   mix       0 |        25%   0.32° |             96%    0%  0.08°   0.95
    octagon 2 m  tone    -10 |        25%   2.62° |             96%    0%  0.72°   1.37
    octagon 2 m  broad     0 |         0%   0.51° |            100%    0%  0.34°   0.87

Three things did not work on the way. Likelihood alone: a square of 2 m chose an alias with confidence in every
other tone. With the microphones' own delays as unknowns: still, because the spectrum of a windowed tone turns
with the tone's frequency at a delay and not with the bin's, so that short delays always look a little better;
holding the channels back by the direction in question mended it. Deciding between aliases by log-likelihood
alone: too sure. The octagon shows what more microphones buy: a tone 10 dB under the noise still has a
direction.
"""

import math
import sys
import zlib

import numpy as np
from tests.listen.test_bearings import heard, moved, off
from tests.listen.waves import octagon, square

from forehear.listen.bearings import BAND_HZ, bearing

RATE_HZ = 16_000
SPEED_MPS = 340.3
ARRAYS = {"triangle 1 m": square(1.0)[:3], "square 1 m": square(1.0), "square 2 m": square(2.0),
          "square 8 m": square(8.0), "octagon 2 m": octagon(1.0)}  # fmt: skip


def srp_phat(x: np.ndarray, places: np.ndarray) -> float:
    """Azimuth [rad] of the highest sum of whitened correlations over a grid of 1 degree (DiBiase 2000)."""
    spectrum = np.fft.rfft(x * np.hanning(len(x))[:, None], axis=0)
    frequency = np.fft.rfftfreq(len(x), 1.0 / RATE_HZ)
    band = (frequency >= BAND_HZ[0]) & (frequency <= BAND_HZ[1])
    azimuth, elevation = np.meshgrid(
        np.radians(np.arange(360.0)), np.radians(np.arange(0.0, 80.0, 6.0)), indexing="ij"
    )
    n = np.stack([np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)], -1)
    total = np.zeros(azimuth.shape)
    up = 4
    for i in range(len(places)):
        for j in range(i):
            cross = np.where(band, spectrum[:, i] * np.conj(spectrum[:, j]), 0.0)
            lags = np.fft.irfft(cross / (np.abs(cross) + 1e-12), up * len(x))
            # Channel i leads by n.(p_i - p_j)/c, so the correlation peaks at minus that.
            lead = n @ (places[i] - places[j]) / SPEED_MPS * RATE_HZ * up
            total += lags[np.round(-lead).astype(int) % len(lags)]
    return float(azimuth.ravel()[total.argmax()])


def main() -> int:
    print(
        f"{'array':<13}{'sound':<7}{'snr':>4} | PHAT gross  median",
        "| likelihood says gross median  rms(error/sigma)",
    )
    for name, places in ARRAYS.items():
        for kind in ("tone", "mix", "broad"):
            for snr_db in (-10.0, 0.0, 10.0):
                chance = np.random.default_rng(zlib.crc32(f"{name} {kind} {snr_db}".encode()))
                phat, likely, sigmas = [], [], []
                for trial in range(24):
                    azimuth, elevation = (
                        chance.uniform(0.0, 2.0 * math.pi),
                        math.radians(chance.uniform(2.0, 40.0)),
                    )
                    x = heard(kind, moved(places, chance), azimuth, elevation, snr_db, chance, 0.8 * (trial % 2))
                    phat.append((srp_phat(x, places) - azimuth + math.pi) % (2.0 * math.pi) - math.pi)
                    found = bearing(x, places, RATE_HZ)
                    if found is not None:
                        likely.append(off(found, azimuth))
                        sigmas.append(found.azimuth_sigma_rad)
                one, two, sigma = np.abs(phat), np.abs(likely), np.array(sigmas)
                gross = two > np.maximum(5.0 * sigma, math.radians(10.0)) if len(two) else np.zeros(0, bool)
                good = one < math.radians(10.0)
                rms = float(np.sqrt(np.mean((two[~gross] / sigma[~gross]) ** 2))) if (~gross).any() else math.nan
                own = float(np.degrees(np.median(two[~gross]))) if (~gross).any() else math.nan
                theirs = float(np.degrees(np.median(one[good]))) if good.any() else math.nan
                print(
                    f"{name:<13}{kind:<7}{snr_db:>4.0f} | {np.mean(~good):>10.0%} {theirs:>6.2f}° |"
                    f" {len(two) / 24:>15.0%} {gross.sum() / 24:>5.0%} {own:>5.2f}° {rms:>6.2f}"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
