# %% [markdown]
# # 6. A warning
#
# One idea: **a warning is a state with a memory, and no single sensor may raise it or take it back.** Forecasts
# change every second. People need a word that holds: watch, warning, cancelled. A table says when a place goes
# from one to the next.
#
# The flight is steered by hand: it comes from 65 km, flies over the town and on; and at one point a hill hides
# it for two minutes.

# %%
from drawing import FOUND, SOFT, WRONG, save, sheet

from forehear.forecast.arrival import arrivals
from forehear.forecast.places import places_of
from forehear.forecast.routes import draw
from forehear.geodesy import plane_at
from forehear.records import Kinds, Network, Sensor, Site, Track
from forehear.warn.alarm import Alarm, Moment, step
from forehear.warn.limits import Policy
from forehear.warn.witness import places_of_sensors

plane = plane_at(31.0, 47.0)


def at(east_m, north_m):
    """Longitude and latitude of a place on the plane."""
    lon, lat = plane.inverse(east_m, north_m)
    return float(lon), float(lat)


town = Site("town", "Town", "settlement", *at(0.0, 0.0), 3000.0)
network = Network(tuple(Sensor(f"S{k}", "microphone", *at(-5000.0 * k, 1500.0), 100.0) for k in range(14)))
sensors = places_of_sensors(network)


def track(time_s, east_m, course_deg, heard_by):
    """A confirmed track of a piston drone at 50 m/s."""
    return Track(
        time_s, "T1", "confirmed", *at(east_m, 0.0), 400.0, 50.0, course_deg, 0.0, 120.0, 2.0, 0.99, 1, "piston",
        Kinds(0.95, 0.02, 0.03), 110.0, heard_by,
    )  # fmt: skip


# %% [markdown]
# One second of warning: live tracks and their arrivals go in, alerts come out. All memory is in `Alarm`; time is
# an argument.

# %%
routes, places = draw(), places_of([town], plane)


def play(seconds, flight):
    """Run the alarm over a flight. Returns the alerts, and each second's state and probability."""
    alarm, alerts, line = Alarm(), [], []
    for second in range(seconds):
        live = flight(float(second))
        coming = arrivals(live, places, plane, routes)
        # What nobody says of coverage is taken as covered.
        moment = Moment(float(second), live, coming, sensors, {}, plane)
        alerts += step(alarm, moment, {"town": town}, Policy())
        line.append((second, alarm.standings["town"].state, alarm.outlooks["town"].probability))
    return alerts, line


def passing(time_s):
    """From 65 km west to 25 km east, hidden from 700 to 820 s."""
    east_m = -65_000.0 + 50.0 * time_s
    hidden = 700.0 <= time_s < 820.0
    if hidden or east_m > 25_000.0:
        return []
    near = sorted(range(14), key=lambda k: abs(-5000.0 * k - east_m))[:3]
    return [track(time_s, east_m, 90.0, tuple(f"S{k}" for k in near))]


alerts, line = play(2300, passing)
for alert in alerts:
    when = (
        "" if alert.arrival_s is None else f", arrival in {(alert.arrival_s - alert.issued_at_s) / 60.0:.0f} min"
    )
    print(f"{alert.issued_at_s:5.0f} s  {alert.state:9} {alert.probability:.2f}{when}: {alert.because}")

# %% [markdown]
# While the hill hides the drone the warning stands: a track that ends without having been seen to leave keeps
# its arrivals, fading. The cancellation comes when it has been seen to fly on. Now one broken sensor, and a
# track that rests on it alone:


# %%
def imagined(time_s):
    """The same flight, as one sensor would have it."""
    return [track(time_s, -20_000.0, 90.0, ("S4",))]


false_alerts, quiet = play(300, imagined)
print(f"{len(false_alerts)} alerts; the town is {quiet[-1][1]}")

# %%
figure, (above, below) = sheet(rows=2, height_in=4.4)
colours = {"clear": "#eef1f4", "watch": "#f0d9a8", "warning": "#e3a39d", "cancelled": "#cfe3dd"}
above.plot([s / 60.0 for s, *_ in line], [p for *_, p in line], color=FOUND, linewidth=1.2)
above.axvspan(700 / 60.0, 820 / 60.0, color=SOFT, alpha=0.15, linewidth=0)
above.annotate("hidden", (705 / 60.0, 0.06), color=SOFT, fontsize=8.5)
above.axvline(62_000.0 / 50.0 / 60.0, color=WRONG, linewidth=1.0, linestyle="--")
above.annotate("over its edge", (62_400.0 / 50.0 / 60.0, 0.06), color=WRONG, fontsize=8.5)
above.set(ylabel="probability", title="That a target comes into the town within half an hour")
begin = 0
for k in range(1, len(line) + 1):
    if k == len(line) or line[k][1] != line[begin][1]:
        state = line[begin][1]
        below.barh(0, (k - begin) / 60.0, left=begin / 60.0, color=colours[state])
        if k - begin > 100:
            below.annotate(state, ((begin + 12) / 60.0, 0.0), va="center", fontsize=8.5)
        begin = k
below.plot([a.issued_at_s / 60.0 for a in alerts], [0.55] * len(alerts), "v", color=WRONG, markersize=6)
below.set(
    yticks=[], xlabel="minutes", xlim=above.get_xlim(), ylim=(-0.5, 0.75), title="The town's state, and each alert"
)
below.grid(False)
save(figure, "06_warning")

# %% [markdown]
# The states and every way between them are one table: [warnings](../warnings.md). Try: `Policy(sensors=2)`, or a
# flight that turns away at 15 km. Next: [a plan](07_plan.md).
