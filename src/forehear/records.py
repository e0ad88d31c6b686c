"""Every record once: one type serves memory, wire and file (formats.md, version 1).

Field names carry their units. Times are float seconds since 1970-01-01 UTC and say which time they are.
Ranges that a value of a record alone can break are checked while decoding, in C.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from forehear import constants

Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Height = Annotated[float, Meta(ge=constants.LOWEST_HEIGHT_M, le=constants.HIGHEST_HEIGHT_M)]
Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
# 0 to 1e11 s: a float of seconds is exact to 20 microseconds there, and the year 5138 is far enough.
Time = Annotated[float, Meta(ge=0.0, le=1e11)]
# Levels re 20 uPa: a quiet anechoic room is near -10 dB, a rocket at its pad near 200 dB.
Level = Annotated[float, Meta(ge=-60.0, le=220.0)]
Azimuth = Annotated[float, Meta(ge=-360.0, le=360.0)]
Elevation = Annotated[float, Meta(ge=-90.0, le=90.0)]
Tone = Annotated[float, Meta(gt=0.0, le=20_000.0)]
ToneSigma = Annotated[float, Meta(gt=0.0, le=20_000.0)]
AngleSigma = Annotated[float, Meta(gt=0.0, le=360.0)]
Share = Annotated[float, Meta(ge=0.0, le=100.0)]
# A heartbeat comes every 10 s, but a sensor may tell of a month without a microphone.
Lost = Annotated[float, Meta(ge=0.0, le=1e9)]
# Identifiers come from strangers: bounded, so that they cannot fill memory.
Identifier = Annotated[str, Meta(min_length=1, max_length=256)]

SensorKind = Literal["microphone", "array", "observer"]
SiteKind = Literal["settlement", "energy", "hospital", "other"]
TrackStatus = Literal["tentative", "confirmed", "coasting", "ended"]
AlertState = Literal["watch", "warning", "cancelled", "not_covered"]
CreditState = Literal["trusted", "quarantined"]
TargetKind = Literal["piston", "jet", "other"]

# The order of kinds in every array of kind probabilities.
KINDS: tuple[TargetKind, TargetKind, TargetKind] = ("piston", "jet", "other")


class Kinds(Struct, frozen=True):
    """Probabilities of the kinds of engine, summing to 1 within rounding."""

    piston: Probability = 0.0
    jet: Probability = 0.0
    other: Probability = 0.0


class Source(Struct, frozen=True, omit_defaults=True):
    """One thing heard in one frame: its level, and its tone, direction and kind where the sensor knows them.

    `azimuth_deg` is clockwise from true north, `elevation_deg` up from the horizon; both are of where the
    sound came from, not of where its source is now. `tone_hz` is the fundamental as received.
    """

    level_db: Level
    tone_hz: Tone | None = None
    tone_sigma_hz: ToneSigma | None = None
    azimuth_deg: Azimuth | None = None
    azimuth_sigma_deg: AngleSigma | None = None
    elevation_deg: Elevation | None = None
    elevation_sigma_deg: AngleSigma | None = None
    kinds: Kinds | None = None


def _nothing_heard() -> tuple[Source, ...]:
    return ()


class Health(Struct, frozen=True, omit_defaults=True):
    """What is amiss with a sensor since it last reported; a field at its default is well and is not written.

    `clipped_pct`: samples at full scale, so that levels are too low and harmonics are made that nobody sent.
    `silent_pct`: of the time, samples that all are the same: a dead microphone, a cable out.
    `overloaded_pct`: of the time, sound that fills the whole scale: a loose contact, wind on a bare membrane.
    `gap_s`: sound that never came: a device that vanished, dropped samples, samples that are not numbers.
    `rate_changes`: how often the device changed its sampling rate; `resampled_from_hz`: its rate now, where that
    is not the listening rate. `uncalibrated`: levels are of an assumed sensitivity. `opposed_channels`: how many
    channels are wired the other way round than the others; they are turned, and heard.
    """

    clipped_pct: Share = 0.0
    silent_pct: Share = 0.0
    overloaded_pct: Share = 0.0
    gap_s: Lost = 0.0
    rate_changes: Annotated[int, Meta(ge=0)] = 0
    resampled_from_hz: Annotated[float, Meta(gt=0.0, le=1e9)] | None = None
    uncalibrated: bool = False
    opposed_channels: Annotated[int, Meta(ge=0, le=1000)] = 0


class Report(Struct, frozen=True, omit_defaults=True):
    """What one sensor heard in one frame. An empty `sources` says: alive, and heard nothing.

    `heard_at_s` is the middle of the frame by the sensor's clock, `received_at_s` the server's stamp.
    `lon`, `lat` are given by an observer who moves. `health` is absent where nothing is amiss.
    """

    sensor: Identifier
    heard_at_s: Time
    received_at_s: Time | None = None
    noise_db: Level | None = None
    # A factory, so that an empty list is written: it says "heard nothing", which is not the same as nothing.
    sources: Annotated[tuple[Source, ...], Meta(max_length=1000)] = field(default_factory=_nothing_heard)
    lon: Longitude | None = None
    lat: Latitude | None = None
    health: Health | None = None


class Atmosphere(Struct, frozen=True):
    """The air over a region: one temperature, humidity, pressure and uniform wind."""

    temperature_c: Annotated[float, Meta(ge=-60.0, le=60.0)] = constants.STANDARD_TEMPERATURE_C
    relative_humidity_pct: Annotated[float, Meta(ge=0.0, le=100.0)] = constants.STANDARD_HUMIDITY_PCT
    pressure_hpa: Annotated[float, Meta(ge=500.0, le=1100.0)] = constants.STANDARD_PRESSURE_HPA
    wind_mps: Annotated[float, Meta(ge=0.0, le=60.0)] = 0.0
    wind_from_deg: Azimuth = 0.0


class Sensor(Struct, frozen=True):
    """One sensor and its place (height above mean sea level)."""

    id: Identifier
    kind: SensorKind
    lon: Longitude
    lat: Latitude
    height_m: Height
    public_key: str | None = None
    name: str | None = None


class Network(Struct, frozen=True):
    """All sensors of a region, and its air."""

    sensors: tuple[Sensor, ...]
    atmosphere: Atmosphere = Atmosphere()


class Site(Struct, frozen=True):
    """A place to warn: `polygon` is its outer ring of (lon, lat), or a circle of `radius_m` around a point.

    A site of several parts has the outer rings of the others in `further`.
    """

    id: Identifier
    name: str
    kind: SiteKind
    lon: Longitude
    lat: Latitude
    radius_m: Annotated[float, Meta(gt=0.0, le=500_000.0)] = 3000.0
    polygon: tuple[tuple[float, float], ...] | None = None
    further: tuple[tuple[tuple[float, float], ...], ...] = ()

    @property
    def rings(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """All outer rings; none of a circle."""
        return () if self.polygon is None else (self.polygon, *self.further)


class Track(Struct, frozen=True):
    """One target's state now, at `time_s`: not where its sound came from.

    `position_sigma_m` is the square root of the trace of the horizontal covariance.
    """

    time_s: Time
    track: str
    status: TrackStatus
    lon: Longitude
    lat: Latitude
    height_m: float
    speed_mps: float
    course_deg: float
    climb_mps: float
    position_sigma_m: float
    velocity_sigma_mps: float
    existence: Probability
    count: int
    kind: TargetKind
    kinds: Kinds
    tone_hz: float | None = None
    heard_by: tuple[str, ...] = ()
    # Why it ended, on its last line alone.
    ended_because: str | UnsetType = UNSET


class KnownAircraft(Struct, frozen=True, omit_defaults=True):
    """Known to others. `accuracy_m` is a standard deviation, `category` the transponder's (A7: rotor)."""

    time_s: Time
    id: Identifier
    lon: Longitude
    lat: Latitude
    height_m: float
    east_mps: float = 0.0
    north_mps: float = 0.0
    up_mps: float = 0.0
    accuracy_m: Annotated[float, Meta(gt=0.0, le=1e6)] | None = None
    category: str = ""
    name: str | None = None


class SensorCredit(Struct, frozen=True, omit_defaults=True):
    """Whether a sensor is believed, since when, why, and on what evidence (docs/formats.md)."""

    sensor: str
    state: CreditState
    since_s: Time
    reason: str = ""
    clock_off_s: float = 0.0
    level_off_db: float = 0.0
    claims_nats: float = 0.0
    clear_trials: float = 0.0


class AlertGroup(Struct, frozen=True):
    """Targets of one kind that come from one direction, of an alert: only those that carry probability.

    `bearing_deg` is from the site, clockwise from true north, `distance_m` from its edge, both to the one that is
    credibly the first; the three arrivals are the 5th, 50th and 95th percentile of its coming.
    """

    kind: TargetKind
    count: int
    bearing_deg: float
    distance_m: float
    arrival_earliest_s: float | None
    arrival_s: float | None
    arrival_latest_s: float | None
    probability: Probability


class Alert(Struct, frozen=True):
    """A site's change of state, or a material change within one.

    The three arrivals are the 5th, 50th and 95th percentile of the first group's. `count` is of `kind` alone:
    `groups` has the others. `not_covered` says that nothing can be heard there now; it cancels nothing.
    """

    issued_at_s: Time
    alert: str
    site: str
    state: AlertState
    probability: Probability
    arrival_earliest_s: float | None
    arrival_s: float | None
    arrival_latest_s: float | None
    count: int
    kind: TargetKind
    tracks: tuple[str, ...]
    because: str
    groups: tuple[AlertGroup, ...] = ()


class HearingMap(Struct, frozen=True):
    """Where one hears now, for the operator: the odds that enough sensors hear a drone.

    Odds in hundredths, row by row from the south-west corner on; a cell is `step_lat_deg` by `step_lon_deg`.
    """

    south_deg: float
    west_deg: float
    step_lat_deg: float
    step_lon_deg: float
    columns: int
    odds: tuple[int, ...]


class Truth(Struct, frozen=True):
    """Where a simulated or recorded target really was.

    `audible` is the best odds of any sensor hearing it then, `heard_by` the expected number that do.
    """

    target: str
    time_s: Time
    lon: Longitude
    lat: Latitude
    height_m: float
    east_mps: float
    north_mps: float
    up_mps: float
    kind: TargetKind
    audible: Probability = 1.0
    heard_by: float = 0.0


class Claim(Struct, frozen=True):
    """What somebody said of numbers, to whom, when, as published: an interval, a kind, a chain of attribution.

    `low` and `high` are None where the claim leaves that side open ("at least", "up to"). `made_on` and
    `origin_on` are days, YYYY-MM-DD. `chain` goes from who knew to who printed. `row` counts from 1.
    """

    row: int
    made_on: str
    text: str
    kind: str
    low: float | None
    high: float | None
    bound: str
    unit: str
    period: str
    attributed_to: str
    chain: tuple[str, ...]
    outlet: str
    url: str
    variant: str = ""
    verified: str = ""
    note: str = ""
    denies: bool = False
