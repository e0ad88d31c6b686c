"""What a scenario may say: one struct per TOML table, every key with its unit, default and allowed range.

`scenarios/reference.toml` shows all of them with comments; docs/simulation.md explains what they do.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from forehear.records import Atmosphere, Longitude, SiteKind, TargetKind
from forehear.simulate.scenario.second import SecondPlan

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
# Whatever the unit, more than this is a slip, and would only end in numbers that no record can hold.
NotNegative = Annotated[float, Meta(ge=0.0, le=100_000.0)]
Positive = Annotated[float, Meta(gt=0.0, le=100_000.0)]
Spread = Annotated[float, Meta(ge=0.0, le=40.0)]
PositiveSpread = Annotated[float, Meta(gt=0.0, le=200.0)]
AngleSpread = Annotated[float, Meta(gt=0.0, le=180.0)]
Decibels = Annotated[float, Meta(ge=-100.0, le=100.0)]
Count = Annotated[int, Meta(ge=0, le=100_000)]
# Well below the speed of sound of the coldest air allowed (291 m/s at -60 degrees), less a gale.
Speed = Annotated[float, Meta(ge=0.0, le=230.0)]
MoreThanStill = Annotated[float, Meta(ge=0.5, le=230.0)]
# Offsets reach no farther from the region's middle: beyond, they would run over a pole [m].
FARTHEST_M = 1_000_000.0


class Region(Struct, frozen=True, forbid_unknown_fields=True):
    """The land: a rectangle around its middle; places in flights and sites are offsets from there."""

    lon: Longitude = 31.0
    lat: Annotated[float, Meta(ge=-75.0, le=75.0)] = 47.5
    east_m: Annotated[float, Meta(ge=1_000.0, le=1_500_000.0)] = 40_000.0
    north_m: Annotated[float, Meta(ge=1_000.0, le=1_500_000.0)] = 40_000.0


class Terrain(Struct, frozen=True, forbid_unknown_fields=True):
    """Height of the ground: flat, or smooth random hills."""

    height_m: Annotated[float, Meta(ge=-400.0, le=5_000.0)] = 100.0
    relief_m: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 0.0
    scale_m: Annotated[float, Meta(ge=1_000.0)] = 30_000.0


class NetworkPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the sensors stand and what they are."""

    layout: Literal["grid", "random", "file"] = "grid"
    spacing_m: Annotated[float, Meta(ge=100.0, le=100_000.0)] = 5_000.0
    jitter_m: NotNegative = 500.0
    hole_m: NotNegative = 0.0
    count: Annotated[int, Meta(ge=1, le=200_000)] | None = None
    file: str | None = None
    array_share: Share = 0.0
    observer_share: Share = 0.0
    mast_m: Annotated[float, Meta(ge=0.0, le=200.0)] = 4.0


class AirError(Struct, frozen=True, forbid_unknown_fields=True):
    """How the real air differs from what `network.geojson` says of it."""

    temperature_c: Annotated[float, Meta(ge=-40.0, le=40.0)] = 0.0
    wind_east_mps: Annotated[float, Meta(ge=-40.0, le=40.0)] = 0.0
    wind_north_mps: Annotated[float, Meta(ge=-40.0, le=40.0)] = 0.0


class SensorModel(Struct, frozen=True, forbid_unknown_fields=True):
    """How well sensors hear, what they get wrong, and when they report."""

    noise_db: Annotated[float, Meta(ge=0.0, le=100.0)] = 36.0
    noise_sigma_db: Spread = 4.0
    noise_drift_db: Spread = 2.0
    noise_drift_period_s: Positive = 900.0
    noise_error_db: Spread = 0.5
    level_sigma_db: Spread = 5.0
    level_bias_sigma_db: Spread = 0.0
    fading_db: Spread = 0.0
    fading_period_s: Annotated[float, Meta(ge=1.0)] = 60.0
    place_sigma_m: Annotated[float, Meta(ge=0.0, le=5_000.0)] = 0.0
    threshold_db: Decibels = 3.0
    soft_db: PositiveSpread = 1.5
    max_detection: Share = 0.95
    tone_sigma_hz: Annotated[float, Meta(gt=0.0, le=1_000.0)] = 0.4
    tone_snr_reference_db: Decibels = 6.0
    octave_share: Share = 0.02
    tone_resolution_hz: NotNegative = 3.0
    azimuth_resolution_deg: NotNegative = 15.0
    masking_db: PositiveSpread = 20.0
    azimuth_sigma_deg: AngleSpread = 4.0
    elevation_sigma_deg: AngleSpread = 6.0
    elevation_bias_deg: Annotated[float, Meta(ge=-90.0, le=90.0)] = 6.0
    elevation_bias_spread_deg: NotNegative = 3.0
    elevation_bias_fade_deg: Positive = 15.0
    array_turn_sigma_deg: NotNegative = 0.0
    kinds_concentration: Positive = 6.0
    false_alarms_per_hour: NotNegative = 6.0
    false_alarm_snr_db: PositiveSpread = 12.0
    false_alarm_tone_share: Share = 0.8
    heartbeat_s: Annotated[int, Meta(ge=1, le=3600)] = 10
    observer_interval_s: Annotated[int, Meta(ge=1, le=3600)] = 10
    observer_azimuth_sigma_deg: AngleSpread = 12.0
    observer_delay_s: NotNegative = 8.0
    observer_moves_m: Annotated[float, Meta(ge=0.0, le=5_000.0)] = 0.0
    latency_min_s: NotNegative = 0.3
    latency_mean_s: NotNegative = 0.4
    latency_tail_share: Share = 0.01
    latency_tail_s: NotNegative = 5.0


class Faults(Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of the sensors that are broken, and how badly. A sensor has at most one fault."""

    dead_share: Share = 0.0
    stuck_share: Share = 0.0
    stuck_snr_db: Decibels = 15.0
    clock_share: Share = 0.0
    clock_offset_sigma_s: NotNegative = 3.0
    clock_drift_ppm: NotNegative = 50.0
    late_share: Share = 0.0
    late_s: Annotated[float, Meta(gt=0.0, le=3600.0)] = 60.0
    duplicate_share: Share = 0.0
    duplicate_odds: Share = 0.2
    lying_share: Share = 0.0
    lying_snr_db: Decibels = 12.0


class Emitter(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of engine: how loud, which tone, and what a classifier makes of it."""

    kind: TargetKind
    source_level_db: Annotated[float, Meta(ge=40.0, le=200.0)]
    level_spread_db: Spread
    level_wander_db: Spread
    tone_hz: Annotated[float, Meta(gt=0.0, le=5_000.0)] | None
    tone_spread_hz: NotNegative
    tone_wander_share: Annotated[float, Meta(ge=0.0, le=0.5)]
    band_hz: Annotated[float, Meta(gt=0.0, le=10_000.0)]
    speed_mps: Speed
    height_m: Annotated[float, Meta(ge=0.0, le=15_000.0)]
    heard_as: tuple[Share, Share, Share]
    flies: bool
    convection: Annotated[float, Meta(ge=0.0, le=6.0)] = 1.0
    tone_follows_speed: bool = False


class Flights(Struct, frozen=True, forbid_unknown_fields=True):
    """One flight or many alike. Its route is `waypoints`, `random` or `file`; see docs/simulation.md."""

    emitter: str = "piston"
    count: Annotated[int, Meta(ge=1, le=100_000)] = 1
    waypoints: tuple[tuple[float, ...], ...] | None = None
    waypoints_lonlat: tuple[tuple[float, ...], ...] | None = None
    random: bool = False
    enter_from: Literal["east", "north", "south", "west", "any"] = "any"
    leave_to: Literal["east", "north", "south", "west", "across", "any", "inside"] = "across"
    bends: Annotated[int, Meta(ge=0, le=100)] = 2
    bend_deg: Annotated[float, Meta(ge=0.0, le=120.0)] = 25.0
    file: str | None = None
    align: Literal["clock", "start"] = "clock"
    start_s: Annotated[float, Meta(ge=-100_000.0, le=1e6)] = 0.0
    interval_s: NotNegative = 0.0
    spread_s: NotNegative = 0.0
    offset_m: tuple[float, float] = (0.0, 0.0)
    speed_mps: MoreThanStill | None = None
    speed_spread_mps: NotNegative = 0.0
    height_m: Annotated[float, Meta(ge=0.0, le=15_000.0)] | None = None
    height_spread_m: NotNegative = 0.0
    turn_dps: Annotated[float, Meta(gt=0.0, le=60.0)] = 3.0
    acceleration_mps2: Annotated[float, Meta(gt=0.0, le=20.0)] = 1.0
    climb_mps: Annotated[float, Meta(gt=0.0, le=60.0)] = 5.0
    tones_hz: tuple[Positive, ...] | None = None
    source_level_db: Annotated[float, Meta(ge=40.0, le=200.0)] | None = None


class Clutter(Struct, frozen=True, forbid_unknown_fields=True):
    """What sounds and does not fly: never part of the truth."""

    motorcycles: Count = 0
    generators: Count = 0


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """One place to warn."""

    id: Annotated[str, Meta(min_length=1, max_length=256)]
    at_m: tuple[float, float]
    name: str | None = None
    kind: SiteKind = "settlement"
    radius_m: Annotated[float, Meta(gt=0.0, le=500_000.0)] = 3_000.0


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole scenario."""

    name: str
    about: str = ""
    start_s: Annotated[float, Meta(ge=0.0, le=1e10)] = 1_790_000_000.0
    duration_s: Annotated[int, Meta(ge=1, le=7 * 86_400)] = 900
    seed: Annotated[int, Meta(ge=0)] = 1
    region: Region = Region()
    terrain: Terrain = Terrain()
    network: NetworkPlan = NetworkPlan()
    atmosphere: Atmosphere = Atmosphere()
    air_error: AirError = AirError()
    sensors: SensorModel = SensorModel()
    faults: Faults = Faults()
    second: SecondPlan = SecondPlan()
    emitters: dict[str, Emitter] = msgspec.field(default_factory=dict)
    flights: tuple[Flights, ...] = ()
    clutter: Clutter = Clutter()
    sites: tuple[Place, ...] = ()
    random_sites: Count = 0
