"""What is larger than the house's rules allow, or tested under another name, and why. The layer tests read this.

An entry is `module` or `module:function` and its reason. What is mended is taken out: a test says so.
"""

LONG_MODULES: dict[str, str] = {
    "forehear.records": "every record once, in one place: nothing in it decides",
    "forehear.track.estimate.filter": "kernels of one walk, to be parted with it",
    "forehear.listen.kinds_learned": "a forest as packed text, written by `python -m training`: nobody reads it",
}
LONG_FUNCTIONS: dict[str, str] = {
    "forehear.track.associate.pairs:pair_weight": "one compiled loop; with what it is from, two lines over",
    "forehear.track.estimate.filter:refilter": "one compiled loop, not yet parted",
    "forehear.track.initiate.grid:search_grid": "one compiled loop, not yet parted",
}
MANY_PARAMETERS: dict[str, str] = {
    "forehear.track.associate.intake:take_in": "compiled: takes plain arrays",
    "forehear.track.associate.learning:learn": "compiled: takes plain arrays",
    "forehear.track.associate.pairs:pair_weight": "compiled: takes plain arrays",
    "forehear.track.estimate.filter:refilter": "compiled: takes plain arrays",
    "forehear.track.estimate.filter:update": "compiled: takes plain arrays",
    "forehear.track.estimate.fit:_normal_equations": "compiled: takes plain arrays",
    "forehear.track.estimate.fit:fit": "compiled: takes plain arrays",
    "forehear.track.initiate.agree:fit_agreeing": "compiled: takes plain arrays",
    "forehear.track.initiate.grid:search_grid": "compiled: takes plain arrays",
}
# Outside the tracker, so many functions may have many parameters.
MOST_PARAMETERS_EXCUSED = 0
# What is tested under another name: a module, or a room for all of its modules without a test file of their own ->
# the test files that hold it (tests/layers/test_mirror.py). Rooms are for those tested by what they do together.
TESTED_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "forehear.assess.report.figures": ("tests/assess/report/test_build.py",),
    "forehear.assess.report.gather": ("tests/assess/report/test_build.py",),
    "forehear.cli.listen.run": ("tests/cli/listen/test_verb.py", "tests/cli/listen/test_hub.py"),
    "forehear.cli.plan": ("tests/cli/plan/test_verb.py",),
    "forehear.cli.serve": ("tests/service/endpoints/test_web.py", "tests/service/tracking/test_kill.py"),
    "forehear.io.cap": ("tests/peers/test_cap_readers.py", "tests/service/store/test_alerts.py"),
    "forehear.listen": (
        "tests/listen/test_fine.py",
        "tests/listen/test_kinds.py",
        "tests/listen/test_threads.py",
    ),
    "forehear.listen.array": ("tests/listen/array/test_bearings.py",),
    "forehear.listen.passes": ("tests/listen/passes/test_passby.py",),
    "forehear.score.records": ("tests/score/test_score.py", "tests/cli/test_score.py"),
    "forehear.service.endpoints.alerts": ("tests/service/endpoints/test_web.py",),
    "forehear.service.endpoints.answers": ("tests/service/endpoints/test_web.py",),
    "forehear.service.endpoints.connections": ("tests/service/endpoints/test_hostile.py",),
    "forehear.service.endpoints.map": ("tests/service/show/test_showing.py",),
    "forehear.service.endpoints.metrics": ("tests/service/endpoints/test_web.py",),
    "forehear.service.endpoints.operator": ("tests/service/endpoints/test_web.py",),
    "forehear.service.endpoints.reports": ("tests/service/endpoints/test_web.py",),
    "forehear.service.hub": ("tests/service/store/test_full_disk.py",),
    "forehear.service.intake.intake": ("tests/service/store/test_full_disk.py",),
    "forehear.service.keeping": ("tests/service/faults/test_store.py", "tests/service/endpoints/test_web.py"),
    "forehear.service.outlets.items": ("tests/service/outlets/test_outlet.py",),
    "forehear.service.run": ("tests/service/endpoints/test_web.py", "tests/service/tracking/test_kill.py"),
    "forehear.service.show.live": ("tests/service/show/test_showing.py",),
    "forehear.service.tracking.frames": ("tests/service/show/test_showing.py",),
    "forehear.service.store.file": ("tests/service/faults/test_store.py", "tests/service/store/test_store.py"),
    "forehear.service.store.lock": ("tests/service/faults/test_store.py",),
    "forehear.service.store.schema": ("tests/service/faults/test_store.py", "tests/service/store/test_store.py"),
    "forehear.service.tracking.launched": ("tests/service/tracking/test_pipe.py",),
    "forehear.service.tracking.warm": ("tests/service/tracking/test_kill.py",),
    "forehear.service.tracking.worker": ("tests/service/tracking/test_kill.py",),
    "forehear.service.tracking.worker_entry": ("tests/service/tracking/test_kill.py",),
    "forehear.simulate.scenario.second": ("tests/simulate/scenario/test_settings.py",),
    "forehear.track": ("tests/track/test_track_tracker.py", "tests/track/test_track_door.py"),
    "forehear.track.associate": (
        "tests/track/test_track_association.py",
        "tests/track/test_track_ingest.py",
        "tests/track/test_track_likelihood.py",
        "tests/track/test_track_tracker.py",
    ),
    "forehear.track.estimate": (
        "tests/track/test_track_filter.py",
        "tests/track/test_track_fit.py",
        "tests/track/test_track_likelihood.py",
    ),
    "forehear.track.initiate": ("tests/track/test_track_fit.py", "tests/track/test_track_tracker.py"),
    "forehear.track.lifecycle": ("tests/track/test_track_life.py", "tests/track/test_track_tracker.py"),
    "forehear.track.memory": (
        "tests/track/test_track_association.py",
        "tests/track/test_track_filter.py",
        "tests/track/test_track_streams.py",
    ),
    "forehear.warn": ("tests/warn/test_alarm.py",),
}
# This share of modules has a test file of its own name; it only rises.
LEAST_MIRRORED_SHARE = 0.6
# Folders with more than the most modules, and why.
CROWDED_FOLDERS: dict[str, str] = {}
