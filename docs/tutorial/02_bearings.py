# %% [markdown]
# # 2. Two bearings
#
# One idea: **sound is old news, so two bearings taken at one moment do not cross where anything is.** An array
# of microphones knows from where a sound came. Two of them should know the place. But the sound that is heard
# now left the drone seconds ago, at the nearer array a different number of seconds than at the farther one.
#
# Here all is exact: no noise, no wind. What goes wrong, goes wrong by the delay alone.

# %%
import numpy as np
from drawing import FOUND, HEARD, SOFT, TRUE, WRONG, save, sheet

from forehear.air.medium import speed_of_sound_mps
from forehear.air.retarded import apparent_m, azimuth_elevation_rad, delay_s

C_MPS = speed_of_sound_mps(15.0)
NO_WIND = np.zeros(3)
arrays_m = np.array([[0.0, 0.0, 0.0], [6000.0, 0.0, 0.0]])
place_m = np.array([1500.0, 2500.0, 300.0])


def bearings_rad(place, velocity):
    """Azimuths that the arrays hear now, of a source that is at `place` now."""
    return azimuth_elevation_rad(apparent_m(place - arrays_m, velocity, NO_WIND, C_MPS))[0]


# %% [markdown]
# Crossing two lines on the ground is a matter of two equations.


# %%
def crossing_m(azimuths_rad):
    """Where the two bearings meet, east and north."""
    along = np.column_stack([np.sin(azimuths_rad), np.cos(azimuths_rad)])
    steps = np.linalg.solve(np.column_stack([along[0], -along[1]]), (arrays_m[1] - arrays_m[0])[:2])
    return arrays_m[0, :2] + steps[0] * along[0]


naive = {}
for speed_mps in (51.0, 170.0):
    velocity_mps = np.array([speed_mps, 0.0, 0.0])
    crossed_m = crossing_m(bearings_rad(place_m, velocity_mps))
    ages_s = delay_s(place_m - arrays_m, velocity_mps, NO_WIND, C_MPS)
    naive[speed_mps] = float(np.hypot(*(crossed_m - place_m[:2])))
    print(f"{speed_mps:4.0f} m/s: the sound is {ages_s[0]:.1f} and {ages_s[1]:.1f} s old; ", end="")
    print(f"the bearings cross {naive[speed_mps]:.0f} m from where the drone is")

# %% [markdown]
# A faster drone is not just farther behind its sound. The two bearings are of two different moments, so they
# cross where it never was. More sensors do not help: three such lines make a triangle, and no tuning closes it.
#
# The remedy is to ask the other way round: **which place, given the velocity, would be heard so?** The delay has
# a closed form ([physics](../physics.md)), so the question is two equations again; a few of Newton's steps
# answer it.


# %%
def place_now_m(azimuths_rad, velocity_mps, height_m):
    """Where a source of this velocity and height is now, that is heard at these azimuths now."""
    guess = np.array([*crossing_m(azimuths_rad), height_m])
    for _ in range(8):
        miss = bearings_rad(guess, velocity_mps) - azimuths_rad
        miss = (miss + np.pi) % (2.0 * np.pi) - np.pi
        slope = np.empty((2, 2))
        for axis in range(2):
            aside = guess.copy()
            aside[axis] += 1.0
            slope[:, axis] = bearings_rad(aside, velocity_mps) - bearings_rad(guess, velocity_mps)
        guess[:2] -= np.linalg.solve(slope, miss)
    return guess


solved = {}
for speed_mps in naive:
    velocity_mps = np.array([speed_mps, 0.0, 0.0])
    found_m = place_now_m(bearings_rad(place_m, velocity_mps), velocity_mps, place_m[2])
    solved[speed_mps] = float(np.hypot(*(found_m - place_m)[:2]))
    print(f"{speed_mps:4.0f} m/s: with the delay solved, {solved[speed_mps]:.6f} m away")

# %% [markdown]
# The velocity was given here. A tracker has to find it, from the bearings of many moments and above all from the
# tone: that is the next lesson.

# %%
figure, axes = sheet(columns=2, height_in=3.3)
for ax, speed_mps in zip(axes, naive, strict=True):
    velocity_mps = np.array([speed_mps, 0.0, 0.0])
    azimuths = bearings_rad(place_m, velocity_mps)
    ages_s = delay_s(place_m - arrays_m, velocity_mps, NO_WIND, C_MPS)
    for array, azimuth, age in zip(arrays_m, azimuths, ages_s, strict=True):
        far = array[:2] + 9000.0 * np.array([np.sin(azimuth), np.cos(azimuth)])
        ax.plot([array[0], far[0]], [array[1], far[1]], color=HEARD, linewidth=1.0)
        left = place_m - velocity_mps * age
        ax.plot(left[0], left[1], "o", color=HEARD, markersize=4)
    ax.plot(*arrays_m[:, :2].T, "^", color=SOFT, markersize=8)
    ax.plot([place_m[0] - 5000.0, place_m[0]], [place_m[1]] * 2, color=TRUE, linewidth=0.8, linestyle=":")
    ax.plot(*place_m[:2], ">", color=TRUE, markersize=9, label="where it is now")
    ax.plot(*crossing_m(azimuths), "x", color=WRONG, markersize=10, label="where the bearings cross")
    ax.plot(*place_m[:2], "o", color=FOUND, markersize=15, fillstyle="none", label="with the delay solved")
    ax.set(xlim=(-4200, 6500), ylim=(-400, 3700), aspect="equal", title=f"{speed_mps:.0f} m/s", xlabel="m east")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, markerscale=0.7)
save(figure, "02_bearings")

# %% [markdown]
# Dots are where the sound left; triangles are the arrays. Try: put a wind of 10 m/s into both functions but not
# into `place_now_m`, and see what not knowing it costs. Next: [a fix](03_fix.md).
