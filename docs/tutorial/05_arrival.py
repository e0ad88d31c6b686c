# %% [markdown]
# # 5. An arrival
#
# One idea: **nobody knows where a drone is going, so its arrival is a distribution.** A track says where a
# target is, how fast it flies and how well that is known. A town wants to know: does it come here, and when?
# Drawing a straight line on would answer with a false precision; drones fly legs, and turn.
#
# The track here is made by hand: 30 km west of a town, 50 m/s, its course a few degrees beside it.

# %%
import numpy as np
from drawing import FOUND, SOFT, TRUE, WRONG, save, sheet
from msgspec.structs import replace

from forehear.forecast.arrival import arrivals
from forehear.forecast.places import places_of
from forehear.forecast.routes import STEP_S, draw
from forehear.geodesy import plane_at
from forehear.records import Kinds, Site, Track

plane = plane_at(31.0, 47.0)
town = Site("town", "Town", "settlement", 31.0, 47.0, radius_m=3000.0)
lon, lat = plane.inverse(-30_000.0, 0.0)
track = Track(
    time_s=1_790_000_000.0, track="T1", status="confirmed", lon=float(lon), lat=float(lat), height_m=400.0,
    speed_mps=50.0, course_deg=86.0, climb_mps=0.0, position_sigma_m=120.0, velocity_sigma_mps=2.0, existence=0.99,
    count=1, kind="piston", kinds=Kinds(0.95, 0.02, 0.03), tone_hz=110.0, heard_by=("S1", "S2", "S3"),
)  # fmt: skip

# %% [markdown]
# An ensemble of 256 ways is drawn once, in units of one metre per second: how long a leg lasts, how sharply it
# bends, as in the few flights whose ways are published. Each way is flown from the track's place and velocity,
# within their covariance, until it comes into the town's circle, for half an hour at most.

# %%
routes = draw()
places = places_of([town], plane)
(coming,) = arrivals([track], places, plane, routes)


def minutes(time_s):
    """Minutes from now."""
    return (time_s - track.time_s) / 60.0


straight = (coming.distance_m / track.speed_mps) / 60.0
print(f"straight on, it would take {straight:.1f} min to the town's edge, {coming.distance_m / 1000:.0f} km away")
print(f"it comes with a probability of {coming.probability:.2f}")
three = [minutes(t) for t in (coming.earliest_s, coming.median_s, coming.latest_s)]
print(f"and if it does, after {three[0]:.1f} to {three[2]:.1f} min, {three[1]:.1f} in the median")

# %% [markdown]
# The probability is a share of ways, times that the track is real at all. It changes with what is known. Seen
# flying past, the town is still not safe: flights turn.

# %%
probability = {}
for course_deg in (86.0, 70.0, 50.0, 0.0, 266.0):
    found = arrivals([replace(track, course_deg=course_deg)], places, plane, routes)
    probability[course_deg] = found[0].probability if found else 0.0
    print(f"course {course_deg:3.0f} degrees: {probability[course_deg]:.2f}")

# %%
figure, (ax, below) = sheet(columns=2, height_in=4.0)
course = np.radians(track.course_deg)
many = int(1200.0 / STEP_S)
for along, across in zip(routes.along[:, :many], routes.across[:, :many], strict=True):
    east = -30.0 + track.speed_mps * (np.sin(course) * along + np.cos(course) * across) / 1e3
    north = track.speed_mps * (np.cos(course) * along - np.sin(course) * across) / 1e3
    hits = np.any(np.hypot(east, north) < 3.0)
    ax.plot(east, north, color=FOUND if hits else SOFT, linewidth=0.5, alpha=0.7 if hits else 0.25)
circle = np.linspace(0.0, 2.0 * np.pi, 90)
ax.plot(3.0 * np.cos(circle), 3.0 * np.sin(circle), color=TRUE)
ax.plot(-30.0, 0.0, ">", color=TRUE, markersize=9)
ax.set(aspect="equal", xlim=(-34, 30), ylim=(-32, 32), xlabel="km east", ylabel="km north")
ax.set_title("256 ways, 20 minutes; green: into the town")
edges = np.arange(1, len(coming.odds) + 1) * 10.0 / 60.0
below.plot(edges, coming.odds, color=FOUND, label="there by then")
below.axvline(straight, color=WRONG, linewidth=1.0, linestyle="--", label="straight on")
for value, name, height in zip(three, ("5 %", "median", "95 %"), (0.66, 0.72, 0.66), strict=True):
    below.axvline(value, ymax=height, color=SOFT, linewidth=0.8)
    below.annotate(name, (value, height), ha="center", va="bottom", color=SOFT, fontsize=8)
below.set(xlabel="minutes from now", ylabel="probability", xlim=(6.0, 14.0), ylim=(0.0, 1.0), title="When")
below.legend(loc="upper left")
save(figure, "05_arrival")

# %% [markdown]
# How often such an interval is right is measured, not believed: [warnings](../warnings.md). Try:
# `draw_weaving()`, the ways of a flight that was seen to turn sharply; or a `velocity_sigma_mps` of 15. Next: [a
# warning](06_warning.md).
