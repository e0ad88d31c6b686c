# %% [markdown]
# # 1. One microphone hears
#
# One idea: **a sensor sends features, not sound, and they already tell a lot.** The Listener turns pressure into
# one report a second: how loud, at which tone, of which kind. From the reports of one whole pass, one microphone
# alone knows how fast a drone flew and how near it came.
#
# The recording comes with the package. It is synthetic, so that the truth is known: 46 m/s, 160 m aside and 120
# m up, nearest 18 s after the beginning, over a real background.

# %%
from pathlib import Path

import numpy as np
import soundfile
from drawing import FOUND, HEARD, SOFT, save, sheet

import forehear.listen
from forehear.listen.listener import Listener
from forehear.listen.passby import pass_by

recording = Path(forehear.listen.__file__).parent / "drone-pass.flac"
samples, rate_hz = soundfile.read(recording, dtype="float32")
print(f"{len(samples) / rate_hz:.0f} s at {rate_hz} Hz")

# %% [markdown]
# The Listener takes pieces of any length and knows no clock: the time of the first sample is an argument. A
# full-scale sine is 94 dB here, as this recording was made.

# %%
START_S = 1_790_000_000.0
listener = Listener("K-07", calibration_db=94.0)
reports = listener.hear(samples, START_S) + listener.end()

for report in reports[::8]:
    source = report.sources[0]
    print(
        f"{report.heard_at_s - START_S:5.1f} s  noise {report.noise_db:.0f} dB  source {source.level_db:.0f} dB  "
        f"tone {source.tone_hz:6.2f} ± {source.tone_sigma_hz:.2f} Hz  piston {source.kinds.piston:.2f}"
    )

# %% [markdown]
# A megabyte of samples became some thirty lines; no speech can be made of them. And the tone falls: that is
# Doppler. How far, how fast and when it falls tells four things at once, each with its standard deviation.

# %%
heard = [(r.heard_at_s, s.tone_hz, s.tone_sigma_hz) for r in reports for s in r.sources[:1] if s.tone_hz]
heard_at_s, tone_hz, tone_sigma_hz = np.array(heard).T
passed = pass_by(heard_at_s, tone_hz, tone_sigma_hz)
sigmas = passed.sigmas
print(f"tone at rest  {passed.tone_hz:6.2f} ± {sigmas[0]:.2f} Hz")
print(f"speed         {passed.speed_mps:6.2f} ± {sigmas[1]:.2f} m/s      (true: 46)")
print(f"nearest at    {passed.nearest_at_s - START_S:6.2f} ± {sigmas[2]:.2f} s        (true: 18)")
print(f"distance      {passed.distance_m:6.1f} ± {sigmas[3]:.1f} m        (true: 199)")

# %% [markdown]
# The picture shows the sound as the listener has it, with the tone that was reported in each second.
# Below, what else the reports say: the drone rises out of the noise and sinks again.

# %%
figure, (above, below) = sheet(rows=2, height_in=5.6)
above.specgram(samples, NFFT=4096, Fs=rate_hz, noverlap=3072, cmap="Greys", vmin=-85, vmax=-40)
above.grid(False)
above.plot(heard_at_s - START_S, tone_hz, "o", color=HEARD, markersize=4, label="tone reported")
above.axvline(passed.nearest_at_s - START_S, color=FOUND, linewidth=1.2, label="nearest, as found from the tones")
above.set(ylim=(40, 420), ylabel="Hz", title="What was heard, and the tone of each second")
above.legend(loc="upper right", frameon=True, framealpha=0.9, edgecolor="none")
seconds = [r.heard_at_s - START_S for r in reports]
below.plot(seconds, [r.sources[0].level_db for r in reports], color=HEARD, label="level of the source")
below.plot(seconds, [r.noise_db for r in reports], color=SOFT, label="noise")
below.set(xlabel="seconds", ylabel="dB re 20 µPa", title="Level and noise")
below.legend(loc="upper right")
save(figure, "01_hearing")

# %% [markdown]
# Try: raise the noise with `samples + 0.02 * np.random.default_rng(1).standard_normal(len(samples))`, and see
# which figure suffers first. On the command line: `forehear listen RECORDING --sensor K-07 --passby --figure
# picture.png`. More: [listening](../listening.md), [pass-by](../passby.md). Next: [two
# bearings](02_bearings.md).
