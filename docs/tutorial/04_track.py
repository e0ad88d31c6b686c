# %% [markdown]
# # 4. A track
#
# One idea: **a tracker takes reports as they come and says each second where the target is now.** Nobody tells
# it which report is of which engine, which are false, or that there is a drone at all. `Tracker(network)` holds
# everything; `advance(time_s, reports)` is its whole interface.
#
# The reports are of a simulated night with a known truth: one drone over 64 microphones, some of them broken,
# with motorcycles about. (The first start on a machine compiles for about a minute; after that this takes
# seconds.)

# %%
import numpy as np
from drawing import FOUND, HEARD, SOFT, TRUE, save, sheet

from forehear.geodesy import plane_at
from forehear.io.ndjson import Rejections
from forehear.io.seconds import Seconds
from forehear.simulate.run import blocks, prepare
from forehear.simulate.scenario.files import load
from forehear.track.tracker import Tracker

world = prepare(load("single", {"duration_s": 420}), seed=4)
reports, truth = [], {}
for block in blocks(world):
    reports += block.reports()
    truth |= {t.time_s: t for t in block.truth}
heard = sum(1 for report in reports if report.sources)
print(f"{len(world.network.sensors)} sensors, {len(reports)} reports, {heard} of which heard something")

# %% [markdown]
# Reports are cut into seconds of reception, as a server would have them. The tracker gets each second once, and
# never looks at a clock: the same reports give the same tracks, to the byte.

# %%
tracker = Tracker(world.network)
tracks, ages_s = [], []
for time_s, received in Seconds(Rejections()).feed(reports):
    now = tracker.advance(time_s, received)
    tracks += now
    ages_s += [time_s - view.emitted_at_s for view in tracker.views(time_s).values()]

confirmed = [track for track in tracks if track.status == "confirmed"]
first = confirmed[0]
start_s = min(truth)
print(f"first confirmed after {first.time_s - start_s:.0f} s as {first.track}: ", end="")
print(f"a {first.kind} engine at {first.tone_hz:.0f} Hz,")
print(
    f"{first.speed_mps:.0f} ± {first.velocity_sigma_mps:.0f} m/s, course {first.course_deg:.0f} degrees, ", end=""
)
print(f"heard by {len(first.heard_by)} sensors")

# %% [markdown]
# Is it right, and does it know how right? `position_sigma_m` must be honest: errors divided by it have a root
# mean square of about 1. That the newest sound is seconds old does not show: the state is of now.

# %%
plane = plane_at(31.0, 47.5)


def away_m(track):
    """Distance on the ground from a track to the truth of the same second."""
    true = truth[track.time_s]
    east, north = plane.forward([track.lon, true.lon], [track.lat, true.lat])
    return float(np.hypot(east[0] - east[1], north[0] - north[1]))


known = [track for track in confirmed if track.time_s in truth]
errors_m = np.array([away_m(track) for track in known])
sigmas_m = np.array([track.position_sigma_m for track in known])
honesty = float(np.sqrt(np.mean((errors_m / sigmas_m) ** 2)))
names = sorted({track.track for track in confirmed})
print(f"{len(known)} seconds confirmed, under the names {', '.join(names)}")
print(f"error {np.median(errors_m):.0f} m in the median, 95 % below {np.quantile(errors_m, 0.95):.0f} m")
print(f"error over sigma {honesty:.2f}, root mean square")
print(f"the newest sound that it knows left {np.median(ages_s):.0f} s ago in the median")

# %% [markdown]
# Rings are the tracker's own uncertainty (two sigmas of one axis: 86 of 100 cases), once in 20 seconds, three
# times as large as they are.

# %%
figure, (ax, below) = sheet(columns=2, height_in=4.2)
sensor_e, sensor_n = plane.forward([s.lon for s in world.network.sensors], [s.lat for s in world.network.sensors])
ax.plot(np.array(sensor_e) / 1e3, np.array(sensor_n) / 1e3, "^", color=SOFT, markersize=4)
true_e, true_n = plane.forward([t.lon for t in truth.values()], [t.lat for t in truth.values()])
ax.plot(np.array(true_e) / 1e3, np.array(true_n) / 1e3, color=TRUE, linewidth=1.0, label="truth")
found_e, found_n = plane.forward([t.lon for t in confirmed], [t.lat for t in confirmed])
ax.plot(np.array(found_e) / 1e3, np.array(found_n) / 1e3, color=FOUND, linewidth=2.5, alpha=0.6, label="track")
ring = np.linspace(0.0, 2.0 * np.pi, 60)
for track in confirmed[::20]:
    east, north = (float(v) / 1e3 for v in plane.forward(track.lon, track.lat))
    radius = 3.0 * np.sqrt(2.0) * track.position_sigma_m / 1e3
    ax.plot(east + radius * np.cos(ring), north + radius * np.sin(ring), color=FOUND, linewidth=0.7)
ax.set(aspect="equal", xlim=(-21, 4), ylim=(-13, 12), xlabel="km east", ylabel="km north", title="Where it is")
ax.legend(loc="lower left")
below.plot([t.time_s - start_s for t in known], errors_m, color=HEARD, label="error")
below.plot([t.time_s - start_s for t in known], sigmas_m, color=FOUND, label="position_sigma_m")
below.set(yscale="log", xlabel="seconds", ylabel="m", title="How far off, and how far off it says")
below.legend()
save(figure, "04_track")

# %% [markdown]
# Try: `load("crossing")`, `load("turning")`, or another seed; `forehear simulate --list` has them all. On files:
# `forehear track`, `forehear score`. More: [tracking](../tracking.md). Next: [an arrival](05_arrival.md).
