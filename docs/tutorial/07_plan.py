# %% [markdown]
# # 7. A plan
#
# One idea: **minutes of warning are bought with depth.** A network reaches out some kilometres from the place
# that it warns. The outermost sensor hears a drone some kilometres farther still, some seconds late. From there
# on the clock runs, and a faster drone runs it down faster.

# %%
import numpy as np
from drawing import FOUND, HEARD, SOFT, WRONG, save, sheet

from forehear.air.medium import speed_of_sound_mps
from forehear.plan.warning import KMH, VARIANTS, depth_for_m, hearing_range_m, lead_s
from forehear.records import Atmosphere
from forehear.simulate.scenario.settings import SensorModel

air, sensor = Atmosphere(), SensorModel()
C_MPS = speed_of_sound_mps(air.temperature_c)
DEPTH_M = 60_000.0

# %% [markdown]
# How far a sensor hears follows from loudness, spreading, absorption and noise. A jet is louder, and is heard
# from farther; but while its sound is on the way it comes nearer by kilometres.

# %%
leads = {}
for variant in VARIANTS:
    speed_mps = variant.middle_kmh * KMH
    range_m = hearing_range_m(variant, speed_mps, air, sensor)
    lead = lead_s(DEPTH_M, speed_mps, range_m, variant.height_m, C_MPS)
    leads[variant.name] = lead
    late_s = range_m / C_MPS
    print(f"{variant.name:9} {variant.middle_kmh:3.0f} km/h: heard from {range_m / 1000:.1f} km, ", end="")
    print(f"its sound {late_s:.0f} s old; ", end="")
    print(f"60 km of depth give {lead / 60:.1f} min")

# %% [markdown]
# What would it take to have the propeller's minutes against the jet? The same formula, backwards.

# %%
propeller, jet = VARIANTS
jet_mps = jet.middle_kmh * KMH
jet_range_m = hearing_range_m(jet, jet_mps, air, sensor)
needed_m = depth_for_m(leads["propeller"], jet_mps, jet_range_m, jet.height_m, C_MPS)
print(f"{needed_m / 1000:.0f} km of depth, {needed_m / DEPTH_M:.1f} times as deep")

# %% [markdown]
# And noise: the same microphone, from a quiet field to a street.

# %%
ranges_km = {}
for noise_db in (32.0, 36.0, 40.0, 46.0):
    ranges_km[noise_db] = (
        hearing_range_m(propeller, propeller.middle_kmh * KMH, air, SensorModel(noise_db=noise_db)) / 1e3
    )
    print(f"noise {noise_db:.0f} dB: the propeller is heard from {ranges_km[noise_db]:.1f} km")

# %%
figure, (ax, below) = sheet(columns=2, height_in=3.8)
depths_m = np.linspace(5_000.0, 250_000.0, 100)
for variant, colour in zip(VARIANTS, (FOUND, WRONG), strict=True):
    for kmh, style in ((variant.slowest_kmh, ":"), (variant.middle_kmh, "-"), (variant.fastest_kmh, ":")):
        range_m = hearing_range_m(variant, kmh * KMH, air, sensor)
        minutes = [lead_s(d, kmh * KMH, range_m, variant.height_m, C_MPS) / 60.0 for d in depths_m]
        label = f"{variant.name}, {kmh:.0f} km/h" if style == "-" else None
        ax.plot(depths_m / 1e3, minutes, style, color=colour, linewidth=1.6 if style == "-" else 1.0, label=label)
level = leads["propeller"] / 60.0
ax.plot([DEPTH_M / 1e3, needed_m / 1e3], [level, level], "o--", color=SOFT, markersize=4, linewidth=1.0)
ax.set(
    xlabel="depth of the network [km]",
    ylabel="minutes",
    title="Warning, from first heard to the town's edge",
    ylim=(0, 45),
)
ax.legend(loc="upper left")
below.bar([f"{noise:.0f} dB" for noise in ranges_km], list(ranges_km.values()), color=HEARD, width=0.6)
below.set(ylabel="km", title="How far a propeller is heard, by noise")
below.grid(axis="x", visible=False)
save(figure, "07_plan")

# %% [markdown]
# This is a straight flight over an even belt; the confirmation takes its own seconds, and flights bend.
# `forehear assess warning` measures that with the real tracker beside this closed form. Next: [an
# assessment](08_assessment.md).
