# %% [markdown]
# # 3. A fix
#
# One idea: **the tone is the measurement that matters most.** Plain microphones know no direction. Each knows
# how loud a drone is and at which pitch it arrives, and the pitch is shifted by how fast the drone comes nearer
# or goes away. A handful of them, some seconds long, fix place and velocity; how well, the Cramér-Rao bound says
# beforehand.

# %%
import numpy as np
from drawing import FOUND, HEARD, SOFT, TRUE, WRONG, save, sheet
from scipy.optimize import least_squares

from forehear.air.level import received_level_db
from forehear.air.medium import absorption_db_per_m, speed_of_sound_mps
from forehear.air.retarded import apparent_m, doppler_ratio

C_MPS = speed_of_sound_mps(15.0)
ABSORPTION = float(absorption_db_per_m(200.0, 15.0, 70.0, 1013.25))
NO_WIND = np.zeros(3)
LEVEL_SIGMA_DB, TONE_SIGMA_HZ = 5.0, 0.4

# Nine microphones, 4 km apart, and 20 seconds of a drone at 51 m/s and 400 m.
line_m = np.array([-4000.0, 0.0, 4000.0])
sensors_m = np.array([[east, north, 0.0] for east in line_m for north in line_m])
seconds = np.arange(-20.0, 0.5)
#          east    north   height  m/s  m/s  level at 1 m, tone at rest
truth = np.array([900.0, -1300.0, 400.0, 50.0, 10.0, 119.0, 110.0])

# %% [markdown]
# This is all that a microphone knows of a state: a level and a tone, through the delay. `apparent_m` is the way
# that the sound came; its length is how far it spread.


# %%
def predicted(state):
    """Levels and tones (t, s) that the sensors hear in each second."""
    velocity = np.array([state[3], state[4], 0.0])
    places = state[:3] + seconds[:, None] * velocity
    r = places[:, None, :] - sensors_m[None, :, :]
    way_m = np.linalg.norm(apparent_m(r, velocity, NO_WIND, C_MPS), axis=-1)
    return (
        received_level_db(state[5], way_m, ABSORPTION),
        state[6] * doppler_ratio(r, velocity, NO_WIND, C_MPS),
    )


rng = np.random.default_rng(3)
levels, tones = predicted(truth)
heard = levels > 38.0
levels = levels + rng.normal(0.0, LEVEL_SIGMA_DB, levels.shape)
tones = tones + rng.normal(0.0, TONE_SIGMA_HZ, tones.shape)
print(f"{heard.any(axis=0).sum()} of 9 microphones hear it, {heard.sum()} reports in all")

# %% [markdown]
# A fix is the state that explains the reports best. Height is hardly seen from the ground, so it is given as
# "about 500 m, give or take 300"; the engine as "about 119 dB, give or take 5". Once with levels alone, once
# with tones too. Whoever solves must also say how well it is known: the covariance is the inverse of the
# information.


# %%
def fix(with_tones):
    """The best state, and its covariance."""

    def misfit(state):
        level, tone = predicted(state)
        parts = [
            ((level - levels)[heard]) / LEVEL_SIGMA_DB,
            [(state[2] - 500.0) / 300.0, (state[5] - 119.0) / 5.0],
        ]
        parts += [[(state[3]) / 100.0, (state[4]) / 100.0, (state[6] - 105.0) / 30.0]]
        return np.concatenate(parts + ([((tone - tones)[heard]) / TONE_SIGMA_HZ] if with_tones else []))

    start = np.array([0.0, 0.0, 500.0, 20.0, 0.0, 119.0, 105.0])
    found = least_squares(misfit, start, x_scale=[1e3, 1e3, 300.0, 30.0, 30.0, 5.0, 10.0])
    return found.x, np.linalg.inv(found.jac.T @ found.jac)


def sigma_m(covariance):
    """Root of the trace of the horizontal covariance: what a track calls position_sigma_m."""
    return float(np.sqrt(np.trace(covariance[:2, :2])))


fixes = {name: fix(tonal) for name, tonal in (("levels alone", False), ("levels and tones", True))}
for name, (state, covariance) in fixes.items():
    error = float(np.hypot(*(state - truth)[:2]))
    speed = float(np.hypot(state[3], state[4]))
    print(
        f"{name:17} {error:4.0f} m off, says ± {sigma_m(covariance):3.0f} m; speed {speed:5.1f} m/s (true: 51.0)"
    )

# %% [markdown]
# One draw of noise proves little. Over many draws the errors are what the covariances say, and no unbiased
# method can be better than that: it is the Cramér-Rao bound. For a target along its whole way, turns and delays
# included, `forehear.score.bound` has it, and `forehear score --bound` sets a tracker beside it.

# %%
errors = {name: [] for name in fixes}
for _ in range(40):
    levels, tones = predicted(truth)
    levels = levels + rng.normal(0.0, LEVEL_SIGMA_DB, levels.shape)
    tones = tones + rng.normal(0.0, TONE_SIGMA_HZ, tones.shape)
    for name, tonal in (("levels alone", False), ("levels and tones", True)):
        state, covariance = fix(tonal)
        errors[name].append((state - truth)[:2])
ratio = {}
for name, several in errors.items():
    root_mean_square = float(np.sqrt(np.mean(np.sum(np.square(several), axis=1))))
    ratio[name] = root_mean_square / sigma_m(fixes[name][1])
    print(f"{name:17} errors of 40 draws: {root_mean_square:4.0f} m, {ratio[name]:.2f} of what was said")

# %% [markdown]
# Red is without tones, green with them; right, the middle once more, forty times larger. The ellipses hold the
# target in 86 of 100 cases, the dots are the forty draws.

# %%
figure, (whole, near) = sheet(columns=2, height_in=4.3)
around = np.array([np.cos(np.linspace(0, 2 * np.pi, 90)), np.sin(np.linspace(0, 2 * np.pi, 90))])
way_m = truth[:2] + seconds[:, None] * truth[3:5]
for ax in (whole, near):
    for colour, name in ((WRONG, "levels alone"), (FOUND, "levels and tones")):
        state, covariance = fixes[name]
        ring = state[:2, None] + 2.0 * np.linalg.cholesky(covariance[:2, :2]) @ around
        ax.plot(*ring, color=colour, label=name)
        ax.plot(*(truth[:2, None] + np.array(errors[name]).T), ".", color=colour, markersize=4, alpha=0.6)
    ax.plot(*way_m.T, color=TRUE, linewidth=1.0, label="the true way")
    ax.plot(*truth[:2], ">", color=TRUE, markersize=7)
    ax.set(aspect="equal", xlabel="m east")
whole.plot(*sensors_m[:, :2].T, "^", color=SOFT, markersize=7)
whole.plot(*sensors_m[heard.any(axis=0), :2].T, "^", color=HEARD, markersize=7, label="microphones that hear it")
whole.set(xlim=(-4600, 4600), ylim=(-4600, 4600), ylabel="m north", title="Nine microphones")
figure.legend(*whole.get_legend_handles_labels(), loc="outside lower center", ncols=4)
near.set(xlim=(truth[0] - 115, truth[0] + 115), ylim=(truth[1] - 115, truth[1] + 115), title="The middle, larger")
save(figure, "03_fix")

# %% [markdown]
# Try: make `TONE_SIGMA_HZ` ten times larger, or the grid 8 km wide. This lesson made its data with the law that
# it solves with, which proves nothing about the law: the tests march a wavefront instead. Next: [a
# track](04_track.md).
