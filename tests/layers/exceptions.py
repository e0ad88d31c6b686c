"""What is larger than the house's rules allow, or tested under another name, and why. The layer tests read this.

An entry is `module` or `module:function` and its reason. What is mended is taken out: a test says so.
"""

LONG_MODULES: dict[str, str] = {
    "forehear.track.estimate.filter": "compiled: takes plain arrays",
}
LONG_FUNCTIONS: dict[str, str] = {
    "forehear.simulate.heard.hearing:hear_pairs": "compiled: takes plain arrays",
    "forehear.stage.stage:run": "not yet grouped into a record",
    "forehear.track.associate.assign:associate": "compiled: takes plain arrays",
    "forehear.track.estimate.filter:refilter": "compiled: takes plain arrays",
    "forehear.track.estimate.measurement:predict_measurement": "compiled: takes plain arrays",
    "forehear.track.initiate.attempt:attempt": "compiled: takes plain arrays",
    "forehear.track.initiate.grid:search_grid": "compiled: takes plain arrays",
    "forehear.track.memory.streams:add": "compiled: takes plain arrays",
}
MANY_PARAMETERS: dict[str, str] = {
    "forehear.forecast.arrival:_first_times": "not yet grouped into a record",
    "forehear.score.bound:bound": "not yet grouped into a record",
    "forehear.simulate.heard.hearing:emission": "compiled: takes plain arrays",
    "forehear.simulate.heard.hearing:hear_pairs": "compiled: takes plain arrays",
    "forehear.simulate.heard.near:_near": "compiled: takes plain arrays",
    "forehear.simulate.heard.sensors:_merge": "compiled: takes plain arrays",
    "forehear.simulate.heard.sensors:hear": "compiled: takes plain arrays",
    "forehear.simulate.heard.sensors:measure": "compiled: takes plain arrays",
    "forehear.simulate.world.paths:_follow": "compiled: takes plain arrays",
    "forehear.synthesise.sound:_heard": "not yet grouped into a record",
    "forehear.synthesise.sound:sound_at": "not yet grouped into a record",
    "forehear.synthesise.sound:sound_blocks": "not yet grouped into a record",
    "forehear.track.associate.assign:associate": "compiled: takes plain arrays",
    "forehear.track.associate.learning:learn": "compiled: takes plain arrays",
    "forehear.track.associate.pairs:pair_weight": "compiled: takes plain arrays",
    "forehear.track.estimate.filter:refilter": "compiled: takes plain arrays",
    "forehear.track.estimate.filter:update": "compiled: takes plain arrays",
    "forehear.track.estimate.fit:_normal_equations": "compiled: takes plain arrays",
    "forehear.track.estimate.fit:fit": "compiled: takes plain arrays",
    "forehear.track.initiate.agree:fit_agreeing": "compiled: takes plain arrays",
    "forehear.track.initiate.attempt:attempt": "compiled: takes plain arrays",
    "forehear.track.initiate.grid:search_grid": "compiled: takes plain arrays",
}
# Outside the tracker, so many functions may have many parameters.
MOST_PARAMETERS_EXCUSED = 12
# module -> the test file that holds it.
TESTED_ELSEWHERE: dict[str, str] = {}
