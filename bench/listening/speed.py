"""How fast listening is: beside librosa's log-mel spectrogram on the same sound, in turn, in one thread.

A child process, so that the threads of what it loads can be limited before they are there:

    python -m bench.listening.speed LISTENER SECONDS TIMES
"""

import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bench.listening import recordings
from bench.listening.hearing import ListenFn
from bench.listening.recordings import RATE_HZ, Samples, looped
from bench.processes import ONE_CORE, forehear

SOUND_S, QUICK_SOUND_S, TIMES, QUICK_TIMES = 300.0, 60.0, 5, 3
# Frames of speech recognition, as YAMNet and others take theirs.
MELS, WINDOW, HOP = 64, 400, 160


def sound(seconds: float) -> Samples:
    """Play drones, and of every class of what is none a clip, one after another: a busy hour's mixture."""
    where = recordings.required()
    clips = [*recordings.drones(where), *recordings.negatives(where, 1)]
    return looped(np.concatenate([c.samples for c in clips]), round(seconds * RATE_HZ))


def spectrogram(samples: Samples) -> None:
    """Make librosa's log-mel spectrogram, and nothing of it."""
    import librosa

    mels = librosa.feature.melspectrogram(
        y=samples, sr=int(RATE_HZ), n_fft=512, win_length=WINDOW, hop_length=HOP, n_mels=MELS
    )
    librosa.power_to_db(mels)


def compare(listen: ListenFn, seconds: float, times: int) -> dict[str, Any]:
    """Time both in turn, after one run each to warm up: seconds of sound per second of processor."""
    samples = sound(seconds)
    ways: dict[str, Callable[[], object]] = {
        "listener": lambda: listen(samples, 0.0),
        "peer": lambda: spectrogram(samples),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(times + 1):
        for name, way in ways.items():
            begin = time.process_time()
            way()
            if turn:
                took[name].append(time.process_time() - begin)
    rate = {name: seconds / statistics.median(each) for name, each in took.items()}
    return {
        "sound_s": seconds,
        "times": times,
        "listener_s_per_s": rate["listener"],
        "peer_s_per_s": rate["peer"],
        "ratio": rate["listener"] / rate["peer"],
    }


def command(seconds: float) -> dict[str, Any]:
    """Run `forehear listen` on a wav: its share of a core were it live, and its peak memory."""
    with tempfile.TemporaryDirectory() as scratch:
        wav = Path(scratch) / "sound.wav"
        soundfile.write(wav, sound(seconds), int(RATE_HZ), subtype="PCM_16")
        ran = forehear("listen", wav, "--sensor", "S", "--out", Path(scratch) / "reports.ndjson", "--quiet")
    return {"sound_s": seconds, "cpu_s": ran.cpu_s, "cpu_share": ran.cpu_s / seconds, "peak_mib": ran.peak_mib}


def speed(listener: str, quick: bool, with_command: bool) -> dict[str, Any]:
    """Measure a listener by its name, MODULE:FUNCTION; and the command, which has the Listener in it."""
    seconds, times = (QUICK_SOUND_S, QUICK_TIMES) if quick else (SOUND_S, TIMES)
    words = [sys.executable, "-m", "bench.listening.speed", listener, str(seconds), str(times)]
    ran = subprocess.run(words, env={**os.environ, **ONE_CORE}, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(ran.stdout)
    return result | {"command": command(seconds) if with_command else None}


if __name__ == "__main__":
    module, _, function = sys.argv[1].partition(":")
    compared = compare(getattr(importlib.import_module(module), function), float(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps(compared))
