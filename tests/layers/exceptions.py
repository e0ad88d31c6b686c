"""What is larger than the house's rules allow, or tested under another name, and why. The layer tests read this.

An entry is `module` or `module:function` and its reason. What is mended is taken out: a test says so.
"""

LONG_MODULES: dict[str, str] = {
    "forehear.track.estimate.filter": "kernels of one walk, to be parted with it",
    "forehear.listen.kinds_learned": "a forest as packed text, written by `python -m training`: nobody reads it",
}
LONG_FUNCTIONS: dict[str, str] = {
    "forehear.track.associate.assign:associate": "one compiled loop, not yet parted",
    "forehear.track.estimate.filter:refilter": "one compiled loop, not yet parted",
    "forehear.track.estimate.measurement:predict_measurement": "one compiled loop, not yet parted",
    "forehear.track.initiate.attempt:attempt": "one compiled loop, not yet parted",
    "forehear.track.initiate.grid:search_grid": "one compiled loop, not yet parted",
    "forehear.track.memory.streams:add": "one compiled loop, not yet parted",
}
MANY_PARAMETERS: dict[str, str] = {
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
MOST_PARAMETERS_EXCUSED = 0
# module -> the test file that holds it.
TESTED_ELSEWHERE: dict[str, str] = {}
# Folders with more than the most modules, and why.
CROWDED_FOLDERS: dict[str, str] = {
    "src/forehear/cli": "a module a verb, and the parts of the longer ones beside them",
    "src/forehear/listen": "a module a step of one way: families, lines, traits, forest, kinds, bearings, passes",
}
