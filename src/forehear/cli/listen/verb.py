"""Listen: from sound to reports of what is heard, how loud, at which tone, from where, and of which kind.

  forehear listen night.flac --sensor K-07 --start 1790000000 --out reports.ndjson
  forehear listen *.wav --sensor K-07 --figure heard.png > reports.ndjson
  forehear listen pass.wav --sensor K-07 --passby
  forehear listen *.WAV --sensor K-07 --start auto --zone Europe/Kyiv > reports.ndjson
  arecord -f S16_LE -r 16000 | forehear listen - --sensor K-07 --start now
  forehear listen array.wav --sensor A-01 --places "0,0,1.5; 0.8,0,1.5; 0.8,0.8,1.5; 0,0.8,1.5"
  forehear listen --device --sensor K-07 --hub https://hub.example --key K-07.key
  forehear listen pass.wav --sensor K-07 --hub https://hub.example --key K-07.key

Recordings are wav, flac or ogg, of 8 to 800 kHz, 1 to 8 channels, 8-bit to float; where ffmpeg is installed also
films and notes of telephones (mov, mp4, m4a, 3gp, webm). Several are heard one after another, as one recorder's
files: each begins where the last one ended, or, with --start auto, when its header or its name says. A recording
that cannot be read is logged and passed over, and the exit status is 1. The same recordings give the same bytes.
Sound is never sent or kept.

Levels are in dB re 20 uPa where --calibration-db says what a full-scale sine is; without it 94 is assumed, and the
reports' health says "uncalibrated". Several channels are mixed to one; with --places they are an array, which also
hears from where. An array narrower than a metre, flat, of three or more microphones not in a line serves best.
"""

import argparse
import contextlib
import sys
from datetime import tzinfo
from typing import BinaryIO

# What --calibration-db may be: from a microphone that is deaf below a shout to one for a whisper.
LOWEST_DB, HIGHEST_DB = 40.0, 200.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("audio", nargs="*", metavar="AUDIO", help="recordings; - is a wav on stdin")
    parser.add_argument("--sensor", metavar="ID", help="the name of the sensor in the reports")
    parser.add_argument(
        "--start", type=_start, default=None, metavar="UNIX_S|auto|now",
        help="when the first recording began, seconds since 1970 (default 0: times count from its beginning); "
        "auto: as each recording's header or name says; now: as if it were heard now (default with --hub)",
    )  # fmt: skip
    parser.add_argument(
        "--zone", type=_zone, default="UTC", metavar="NAME",
        help="of --start auto: the zone of the recorder's clock where it does not say so (default UTC)",
    )  # fmt: skip
    parser.add_argument("--calibration-db", type=float, metavar="DB", help="level of a full-scale sine, re 20 uPa")
    parser.add_argument("--out", default=None, metavar="FILE", help="reports.ndjson, or - for stdout (default)")
    parser.add_argument(
        "--places", metavar="E,N,U;...",
        help="places of an array's microphones, metres east,north,up, in the order of the channels; or a file of "
        "them (a line each, or GeoJSON points)",
    )  # fmt: skip
    parser.add_argument("--figure", metavar="FILE.png", help="draw what was heard over the spectrogram")
    parser.add_argument("--passby", action="store_true", help="say what whole passes tell of speed and distance")
    parser.add_argument("--quiet", action="store_true", help="no progress, only the last line on stderr")
    live = parser.add_argument_group("a live microphone (comes with the extra `microphone`), a hub")
    live.add_argument(
        "--device", nargs="?", const="", metavar="NAME", help="its name or number; none: the default"
    )
    live.add_argument("--devices", action="store_true", help="name the devices, and end")
    live.add_argument(
        "--hub", metavar="URL",
        help="send the reports there instead of to stdout; of recordings as a rehearsal, at their own pace",
    )  # fmt: skip
    live.add_argument("--key", metavar="FILE", help="the sensor's key to sign them with; made where there is none")


def _start(words: str) -> float | str:
    from forehear.cli.listen.start import start_of

    return start_of(words)


def _zone(words: str) -> tzinfo:
    from forehear.cli.listen.start import zone_of

    return zone_of(words)


def run(args: argparse.Namespace) -> int:
    """Listen to recordings or to a microphone."""
    if args.devices:
        from forehear.node.microphone import devices

        print("\n".join(devices()))
        return 0
    _check(args)
    from forehear.cli.listen.run import Hearing, hear_device, hear_recordings

    with contextlib.ExitStack() as files:
        hearing = Hearing(args, _sink(args, files))
        if args.device is not None:
            return hear_device(hearing)
        return hear_recordings(hearing)


def _sink(args: argparse.Namespace, files: contextlib.ExitStack) -> BinaryIO | None:
    if args.out is None and args.hub is not None:
        return None
    if args.out in (None, "-"):
        return sys.stdout.buffer
    return files.enter_context(open(args.out, "wb"))


def _check(args: argparse.Namespace) -> None:
    from forehear.errors import ConfigurationError

    faults = []
    if not args.sensor or len(args.sensor) > 256:
        faults.append(f"--sensor {args.sensor!r}: needed, 1 to 256 characters")
    if bool(args.audio) == (args.device is not None):
        faults.append("needed: recordings, or --device; not both")
    if isinstance(args.start, float) and not 0.0 <= args.start <= 1e11:
        faults.append(f"--start {args.start:g} is outside 0 to 1e11")
    if args.calibration_db is not None and not LOWEST_DB <= args.calibration_db <= HIGHEST_DB:
        faults.append(f"--calibration-db {args.calibration_db:g} is outside {LOWEST_DB:g} to {HIGHEST_DB:g}")
    if args.audio.count("-") > 1:
        faults.append("stdin can be heard once")
    if args.key and not args.hub:
        faults.append("--key needs --hub")
    if args.device is not None and (args.figure or args.passby):
        faults.append("--figure and --passby are of recordings")
    if faults:
        raise ConfigurationError("arguments", faults)
