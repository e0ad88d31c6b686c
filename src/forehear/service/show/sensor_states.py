"""How each sensor is doing, as the map shows it: from its reports alone, as they are accepted."""

from dataclasses import dataclass

from forehear.records import Network, Report

# --- numbers that decide -----------------------------------------------------------------------------
# Hearing: a report with a source within this time [s].
HEARING_S = 4.0
# Silent: no report for three heartbeats and a bit [s].
SILENT_S = 35.0
# Broken: its reports seem to travel longer or shorter than everybody's by more than this on average [s], over at
# least so many: its clock is off, not the line; or it says that it hears something without a pause for this
# long [s]: no engine stays so near for half an hour.
CLOCK_OFF_S, CLOCK_REPORTS = 10.0, 5
STUCK_S = 1800.0
# -----------------------------------------------------------------------------------------------------
NEVER, SILENT, ALIVE, HEARING, BROKEN = 0, 1, 2, 3, 4
NAMES = ("never", "silent", "alive", "hearing", "broken")


@dataclass
class SensorState:
    """What is remembered of one sensor."""

    last_s: float = -1e18
    heard_s: float = -1e18
    quiet_s: float = -1e18
    travel_s: float = 0.0
    reports: int = 0
    level_db: float = 0.0
    noise_db: float | None = None


class SensorStates:
    """All sensors, in the order of the network."""

    def __init__(self, network: Network) -> None:
        self.ids = [s.id for s in network.sensors]
        self.index = {name: i for i, name in enumerate(self.ids)}
        self.states = [SensorState() for _ in self.ids]
        # How long everybody's reports travel [s], as a slow mean over all.
        self.travel_s = 0.0
        self._reports = 0
        self.codes = bytearray(len(self.ids))

    def take(self, report: Report, now_s: float) -> None:
        """Note one report."""
        i = self.index.get(report.sensor)
        if i is None:
            return
        state = self.states[i]
        if state.reports == 0:
            state.quiet_s = now_s
        state.reports += 1
        state.last_s = now_s
        travel_s = now_s - report.heard_at_s
        state.travel_s += (travel_s - state.travel_s) * max(1.0 / state.reports, 0.1)
        self._reports += 1
        # Bounded: one clock that is years off must not move what everybody is compared with.
        bounded = min(max(travel_s - self.travel_s, -CLOCK_OFF_S), CLOCK_OFF_S)
        self.travel_s += bounded * max(1.0 / self._reports, 0.005)
        if report.noise_db is not None:
            state.noise_db = report.noise_db
        if report.sources:
            state.heard_s, state.level_db = now_s, report.sources[0].level_db
        else:
            state.quiet_s = now_s

    def code(self, state: SensorState, now_s: float) -> int:
        """Say how one sensor is doing."""
        if state.reports == 0:
            return NEVER
        if now_s - state.last_s > SILENT_S:
            return SILENT
        if state.reports >= CLOCK_REPORTS and abs(state.travel_s - self.travel_s) > CLOCK_OFF_S:
            return BROKEN
        if now_s - state.quiet_s > STUCK_S:
            return BROKEN
        return HEARING if now_s - state.heard_s <= HEARING_S else ALIVE

    def changes(self, now_s: float) -> list[tuple[int, int]]:
        """Give (sensor's number, code) of all that changed since last asked."""
        out = []
        for i, state in enumerate(self.states):
            code = self.code(state, now_s)
            if code != self.codes[i]:
                self.codes[i] = code
                out.append((i, code))
        return out

    def counts(self) -> dict[str, int]:
        """How many sensors are in each state."""
        return {name: self.codes.count(code) for code, name in enumerate(NAMES)}
