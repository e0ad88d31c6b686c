"""What a scenario may say of the second world: the table `[second]`, each key with default and range."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Spread = Annotated[float, Meta(ge=0.0, le=40.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=1e6)]
Count = Annotated[int, Meta(ge=0, le=10_000)]


class SecondPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """How the second world hears, errs and reports; what is not here it takes from the tables of the first.

    None of these numbers comes from the first world or from the tracker: they are what microphones, engines and
    networks are known to do, and round.
    """

    # Hearing: odds rise from .1 to .9 of the ceiling over `rise_db` around each sensor's own threshold.
    threshold_db: Annotated[float, Meta(ge=-20.0, le=40.0)] = 4.0
    threshold_sigma_db: Spread = 2.0
    rise_db: Annotated[float, Meta(gt=0.0, le=40.0)] = 6.5
    ceiling_low: Share = 0.5
    ceiling_high: Share = 0.95
    # Measuring, after hearing.
    level_sigma_db: Spread = 4.0
    level_bias_sigma_db: Spread = 5.0
    tone_error_factor: Annotated[float, Meta(gt=0.0, le=20.0)] = 1.0
    tone_outliers: Share = 0.02
    # The air between.
    fading_sigma_db: Spread = 3.0
    fading_s: Annotated[float, Meta(ge=0.5, le=600.0)] = 5.0
    shadow_db: Spread = 20.0
    lapse_c_per_km: Annotated[float, Meta(ge=-50.0, le=50.0)] = 6.5
    wind_error_mps: Annotated[float, Meta(ge=0.0, le=30.0)] = 2.0
    temperature_error_c: Annotated[float, Meta(ge=0.0, le=30.0)] = 2.0
    # Surroundings.
    gust_db: Spread = 4.0
    gust_s: Annotated[float, Meta(ge=2.0, le=3600.0)] = 30.0
    # Reporting.
    silence: Literal["second", "ten", "mixed"] = "mixed"
    sources_lost: Share = 0.05
    frames_lost: Share = 0.02
    outages_per_hour: Annotated[float, Meta(ge=0.0, le=1000.0)] = 0.1
    clocks_off: Share = 0.02
    # Ground: the share of sensors with a steady engine nearby, and what drives about.
    engines_near: Share = 0.1
    pumps: Count = 0
    cars: Count = 0
    motorbikes: Count = 0
    tractors: Count = 0
    trains: Count = 0
    # Faults that the first world does not have.
    blackout_share: Share = 0.0
    blackout_from_s: Seconds = 0.0
    blackout_for_s: Seconds = 0.0
    denying_share: Share = 0.0
    colluding_groups: Count = 0
    flood_per_s: Annotated[int, Meta(ge=0, le=100_000)] = 0
    flood_from_s: Seconds = 0.0
    flood_for_s: Seconds = 0.0
