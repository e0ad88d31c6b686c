"""The listener of one sensor: samples in, a report a second out, in constant memory, for years.

Each quarter of a second goes through the noise floor and the search for families; each second the families found
are sharpened, judged by kind, and, with several microphones, given a direction. A second in which nothing is
heard is silent, but for a heartbeat each ten.
"""

import itertools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import LISTENING_RATE_HZ
from forehear.listen import health, kinds, spectrum, threads
from forehear.listen.array.bearings import Bearing, bearing
from forehear.listen.array.wavefront import harmonic_bands
from forehear.listen.channels import Mixer
from forehear.listen.families import Family, families
from forehear.listen.floor import LISTENING
from forehear.listen.front import MOST_FULL_SCALE, SECOND_HOPS, FrontEnd
from forehear.listen.jet import BroadBand
from forehear.listen.reported import level, source
from forehear.listen.threads import Thread
from forehear.listen.traits import Sound, traits
from forehear.records import Report, Source

Floats = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
# Nobody's microphone, but not absurd: full scale is 1 Pa, as common telephones have it.
ASSUMED_CALIBRATION_DB = 94.0
# Two pieces that are this far from joining [s] have a gap between them; so does what is no number for as long.
GAP_S = 0.05
# Without anything heard a report comes this often [s].
HEARTBEAT_S = 10.0
# -----------------------------------------------------------------------------------------------------

SECOND = SECOND_HOPS * spectrum.HOP_IN


class Listener:
    """Hears one stream at 16 kHz. Pure: no clock, no files; the same samples give the same reports."""

    def __init__(
        self,
        sensor: str,
        *,
        calibration_db: float | None = None,
        places_m: ArrayLike | None = None,
        prior: float | None = None,
    ) -> None:
        """Listen for `sensor`.

        `calibration_db` is the level that a full-scale sine has [dB re 20 uPa]; without it 94 is assumed, and each
        heartbeat says so. `places_m` (channels, 3) are the microphones of an array, east, north, up [m]; without
        it all channels are mixed to one. `prior` is how likely something with a tone is a drone's engine at this
        place before it is heard more closely; without it, as rare as can be. Raises ValueError for 0, 1, beyond.
        """
        self._sensor = sensor
        self._expected = kinds.expected(prior)
        # A full-scale sine has the power 1/2.
        sine_db = ASSUMED_CALIBRATION_DB if calibration_db is None else calibration_db
        self._full_db = sine_db + 10.0 * math.log10(2.0)
        self._places_m = None if places_m is None else np.asarray(places_m, np.float64)
        self._channels = 1 if self._places_m is None else len(self._places_m)
        self._front = FrontEnd()
        self._broad = BroadBand()
        self._mixer = Mixer(LISTENING_RATE_HZ)
        self._checkup = health.Checkup(calibration_db is None)
        self.heard_s = 0.0
        self._reported_s: float | None = None
        self._from_s: float | None = None
        self._at_s = 0.0
        # Samples of the last second, if nobody counted them, and how many in a row were no numbers.
        self._raw: list[Floats] = []
        self._counted = False
        self._lost = 0
        self._waiting: Floats = np.zeros((0, self._channels), np.float32)
        self._begin(0.0)

    def hear(self, samples: ArrayLike, at_s: float, seen: health.Tally | None = None) -> list[Report]:
        """Hear samples (n,) or (n, channels) in full scale, the first of which came at `at_s` [s]; any n.

        Gives the reports that are due. What is not a number is a gap, and so is a piece that does not join the
        one before. `seen` was counted of them before they were resampled, which blurs clipping; without it they
        are counted here. Raises ValueError for an array of another size. docs/listening.md, "Theory of operation".
        """
        with np.errstate(over="ignore"):
            x = np.asarray(samples, np.float32)
        x = x[:, None] if x.ndim == 1 else x
        if self._places_m is not None and x.shape[1] != self._channels:
            raise ValueError(f"samples: have {x.shape[1]} channels, but {self._channels} places are known")
        self._counted = seen is not None
        self._checkup.add(seen or health.Tally())
        if len(x) == 0:
            return []
        if self._from_s is None:
            self._from_s = at_s
            self._reported_s = at_s
            self._begin(at_s)
        ahead_s = at_s - (self._at_s + len(self._waiting) / LISTENING_RATE_HZ)
        if abs(ahead_s) > GAP_S:
            self._begin(at_s)
            self._lost = 0
            self._checkup.add(health.gap(ahead_s))
            # A clock that was set back must not silence the heartbeat until it is where it was.
            self._reported_s = at_s if self._reported_s is None else min(self._reported_s, at_s)
        else:
            self._at_s = at_s - len(self._waiting) / LISTENING_RATE_HZ
        return self._sounding(x)

    def end(self) -> list[Report]:
        """End the stream: one more heartbeat, if something is left to report."""
        if self._from_s is None:
            return []
        now_s = self._at_s + len(self._waiting) / LISTENING_RATE_HZ
        self._begin(now_s)
        # A stream of less than a second has reported nothing yet.
        late = self._reported_s is None or now_s - self._reported_s > 1.5 or self._reported_s == self._from_s
        return [self._report(max(now_s - 0.5, 0.0), ())] if late or self._checkup.tally.gap_s > 0.0 else []

    def _begin(self, at_s: float) -> None:
        """Begin anew: all that was in flight is over; the floor stays, and hears what was left of a second."""
        self._count()
        rest = len(self._waiting) // spectrum.HOP_IN * spectrum.HOP_IN
        if rest:
            self._front.hear(np.clip(self._waiting[:rest], -MOST_FULL_SCALE, MOST_FULL_SCALE))
        self._at_s = at_s
        self._waiting = np.zeros((0, self._channels), np.float32)
        self._second = np.zeros((SECOND, self._channels), np.float32)
        self._threads: list[Thread] = []
        self._front.begin()
        self._broad.reset()

    @property
    def gap_s(self) -> float:
        """How much of the whole stream was lost [s]; `heard_s` is how much was heard."""
        return self._checkup.gap_s

    def _count(self) -> None:
        """Count what is amiss with the samples of the last second, where nobody did before."""
        if self._raw:
            raw = np.concatenate(self._raw)
            self._checkup.add(health.tally_of(raw, LISTENING_RATE_HZ))
            self._raw = []

    def _sounding(self, x: Floats) -> list[Report]:
        """Cut what is no number out, and hear the rest hop by hop: however it comes in pieces, alike."""
        # One channel of several may be dead: the others hear on.
        good: NDArray[np.bool_] = np.asarray(np.isfinite(x[:, 0]))
        if x.shape[1] > 1:
            good = np.asarray(np.isfinite(x).any(axis=1))
        out = []
        # From one change between good and bad to the next; nearly always there is none.
        changes = [] if good.all() else (np.flatnonzero(np.diff(good)) + 1).tolist()
        for begin, end in itertools.pairwise([0, *changes, len(x)]):
            if not good[begin]:
                out += self._without(end - begin)
                continue
            self._lost = 0
            while begin < end:
                piece = x[begin : min(begin + SECOND - len(self._waiting), end)]
                begin += len(piece)
                self.heard_s += len(piece) / LISTENING_RATE_HZ
                if not self._counted:
                    self._raw.append(piece)
                self._waiting = np.concatenate([self._waiting, self._of_channels(piece)])
                out += self._hear_seconds()
        return out

    def _of_channels(self, x: Floats) -> Floats:
        """Give what is heard of samples (n, channels): of an array all, else one that all are mixed to."""
        if self._places_m is not None:
            return np.nan_to_num(x, posinf=0.0, neginf=0.0)
        if x.shape[1] == 1:
            return x
        mixed = self._mixer.mix(x)
        self._checkup.add(health.Tally(opposed=self._mixer.opposed))
        return mixed

    def _without(self, count: int) -> list[Report]:
        """Go on over samples that are no numbers: few are silence, many end what was in flight."""
        if not self._counted:
            self._checkup.add(health.gap(count / LISTENING_RATE_HZ))
        self._lost += count
        if self._lost > GAP_S * LISTENING_RATE_HZ:
            self._begin(self._at_s + (len(self._waiting) + count) / LISTENING_RATE_HZ)
            return []
        self._waiting = np.concatenate([self._waiting, np.zeros((count, self._channels), np.float32)])
        return self._hear_seconds()

    def _hear_seconds(self) -> list[Report]:
        """Hear and judge what waits, second by second: a second at once is far less work than hop by hop."""
        out = []
        while len(self._waiting) >= SECOND:
            self._at_s += SECOND / LISTENING_RATE_HZ
            self._second = np.clip(self._waiting[:SECOND], -MOST_FULL_SCALE, MOST_FULL_SCALE)
            self._waiting = self._waiting[SECOND:]
            self._front.hear(self._second)
            self._count()
            report = self._judge()
            if report is not None:
                out.append(report)
        return out

    def _judge(self) -> Report | None:
        """Judge the second that ends now."""
        front = self._front
        assert front.noise is not None
        assert front.floor.powers is not None
        past = [t.family.fine for t in self._threads if not t.gaps]
        found = families(front.search, front.low, front.noise, past)
        # Most seconds hold nothing: what they sound like besides is not asked.
        weights = self._weigh(found, front.sound(len(found))) if found else []
        self._threads = threads.follow(self._threads, found, weights)
        broad = self._broad.hear(front.bands, front.floor.powers, front.floor.known_s)
        sources = tuple(self._source(i) for i in range(len(found)))
        if not sources and broad is not None:
            heading = None if self._places_m is None else self._bearing(None)
            sources = (source(level(broad.power, self._full_db), heading, broad.kinds),)
        heard_at_s = self._at_s - 0.5 - spectrum.DELAY_S
        if not sources and self._reported_s is not None and heard_at_s - self._reported_s < HEARTBEAT_S - 0.6:
            return None
        return self._report(heard_at_s, sources)

    def _weigh(self, found: list[Family], sound: Sound) -> list[float]:
        """Say how much each family of the second that ends now speaks for a drone's engine."""
        return kinds.weighed(np.stack([traits(family, sound) for family in found]))

    def _report(self, heard_at_s: float, sources: tuple[Source, ...]) -> Report:
        self._reported_s = heard_at_s
        under = self._front.floor.powers
        return Report(
            self._sensor,
            # A tenth of a millisecond moves a tone that changes by 15 Hz/s by less than its sigma.
            round(heard_at_s, 4),
            noise_db=None if under is None else round(level(float(under[LISTENING].sum()), self._full_db), 1),
            sources=sources,
            health=self._checkup.health(heard_at_s, not sources),
        )

    def _source(self, i: int) -> Source:
        """Describe the source of a thread."""
        thread = self._threads[i]
        fine = thread.family.fine
        heading: Bearing | None = None
        if self._places_m is not None:
            others = [t.family.fine.tone_hz for k, t in enumerate(self._threads) if k != i and not t.gaps]
            heading = self._bearing(harmonic_bands(fine.tone_hz, fine.slope_hz_per_s, others))
        return source(
            level(fine.all_power, self._full_db),
            heading,
            kinds.kinds_of(thread.weighed.odds(self._expected)),
            thread.tone_hz,
            fine.tone_sigma_hz * thread.octave,
        )

    def _bearing(self, bands: NDArray[np.float64] | None) -> Bearing | None:
        assert self._places_m is not None
        found = bearing(self._second, self._places_m, LISTENING_RATE_HZ, bands)
        return self._bearing(None) if found is None and bands is not None else found
