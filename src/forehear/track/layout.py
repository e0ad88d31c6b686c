"""Which number stands where: the state, the measurement, a measurement's row. Nothing is known by a bare number.

One state vector serves the whole room. Its components, in plane coordinates and SI units:

    0 east  1 north  2 height   [m]        at a stated time (in the filter: a time of emission)
    3 v_e   4 v_n    5 v_h      [m/s]
    6 source level at 1 m       [dB]
    7 ln(tone at rest / 1 Hz)   []         so that Doppler is a sum
"""

STATES = 8
LEVEL, TONE = 6, 7
# Rows of the measurement vector.
M_LEVEL, M_TONE, M_AZIMUTH, M_ELEVATION = 0, 1, 2, 3
MEASURED = 4
# Columns of a measurement's row (histories, streams and fits hold these).
EMITTED, HEARD = 0, 1
SENSOR_E, SENSOR_N, SENSOR_H, INVERSE_SCALE = 2, 3, 4, 5
# Value and variance pairs; a variance below zero says that the value is absent.
LEVEL_DB, LEVEL_VAR = 6, 7
LN_TONE, LN_TONE_VAR = 8, 9
AZIMUTH, AZIMUTH_VAR = 10, 11
ELEVATION, ELEVATION_VAR = 12, 13
SENSOR, THRESHOLD, WEIGHT = 14, 15, 16
# Variance of what is not known of the sensor's lasting level error [dB^2]: common to all its rows.
BIAS_VAR = 17
COLUMNS = 18
MODELS = 2
CRUISE, MANOEUVRE = 0, 1
