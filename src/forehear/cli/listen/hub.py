"""Reports of `forehear listen` to a hub: of a live microphone, and of recordings as a rehearsal of one.

A rehearsal plays a recording at its own pace, so that the hub sees what it would of a microphone that hears this
now; all at once would be refused as a flood, and forgotten before it is sent. A pipe has its own pace already.
"""

import time
from collections.abc import Callable, Iterable

from forehear.io.posting import poster
from forehear.node.uplink import Uplink, public_key, read_key
from forehear.records import Report


def uplink_to(hub: str, key_file: str | None, log: Callable[[str], None]) -> Uplink:
    """Make the sink that signs and sends to a hub; says so where it made a new key. Raises InputError."""
    key = None
    if key_file is not None:
        key, new = read_key(key_file)
        if new:
            log(f"{key_file}: is a new key; tell the hub of the sensor's public_key {public_key(key)}")
    return Uplink(poster(hub), key, log)


class Rehearsal:
    """A hub that is sent what recordings give, at their own pace."""

    def __init__(
        self, hub: str, key_file: str | None, log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._uplink = uplink_to(hub, key_file, log)
        self._log = log
        self._clock = clock
        self._pause = pause
        self._begun_s: float | None = None
        self._played_s = 0.0
        self._log(f"rehearsal: sent to {hub} at the recordings' own pace")

    def wait(self, length_s: float) -> None:
        """Wait until so much sound more would have been heard."""
        if self._begun_s is None:
            self._begun_s = self._clock()
        self._played_s += length_s
        ahead_s = self._begun_s + self._played_s - self._clock()
        if ahead_s > 0.0:
            self._pause(ahead_s)
        else:
            # What came late stays late: it is not hurried after.
            self._begun_s -= ahead_s

    def put(self, reports: Iterable[Report]) -> None:
        """Send reports."""
        self._uplink.put(reports)

    def close(self) -> None:
        """Send what is left, and say how much of all the hub took."""
        self._uplink.close()
        up = self._uplink
        self._log(f"hub: {up.accepted} reports taken, {up.refused} refused, {up.forgotten} given up")
