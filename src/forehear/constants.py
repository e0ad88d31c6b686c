"""Numbers of nature and of convention, each with its source and pinned once in a test."""

# WGS 84 (NGA.STND.0036): semi-major axis [m] and flattening.
EARTH_SEMI_MAJOR_AXIS_M = 6_378_137.0
EARTH_FLATTENING = 1.0 / 298.257_223_563

# ISO 9613-1:1993, 4.1 and 6.2: reference temperatures [K] and pressure [Pa].
ISO_REFERENCE_TEMPERATURE_K = 293.15
ISO_TRIPLE_POINT_K = 273.16
ISO_REFERENCE_PRESSURE_PA = 101_325.0
ZERO_CELSIUS_K = 273.15

# Speed of sound in dry air at 0 degrees Celsius [m/s].
SPEED_OF_SOUND_AT_ZERO_CELSIUS_MPS = 331.3
# And in the standard atmosphere at sea level (ISO 2533: 340.294 m/s), where no temperature is known.
STANDARD_SOUND_SPEED_MPS = 340.3

# Reference sound pressure of level in air [Pa] (ISO 1683).
REFERENCE_PRESSURE_PA = 20e-6

# The standard atmosphere at sea level (ISO 2533); its humidity is unstated there, 70 % is ISO 3891's.
STANDARD_TEMPERATURE_C = 15.0
STANDARD_HUMIDITY_PCT = 70.0
STANDARD_PRESSURE_HPA = 1013.25

# The lowest and highest height that a record may name [m above mean sea level]: below the Dead Sea's shore
# (-430 m), above any propeller aircraft.
LOWEST_HEIGHT_M = -430.0
HIGHEST_HEIGHT_M = 30_000.0

# The rate that sound is listened to at [Hz]: harmonics to 2 kHz with room, and the rate of most small microphones.
LISTENING_RATE_HZ = 16_000

# Where most of a propeller's sound is after some kilometres of air [Hz]: the band whose absorption stands for all.
PROPAGATION_BAND_HZ = 200.0
