"""The kinds of emitter that ship, as data. A scenario may change any figure or add a kind.

Source levels are at 1 m, in the listening band, re 20 uPa; they are what spherical spreading and absorption
at `band_hz` bring to levels as heard at kilometres, so they hold the ground's effect in them.
"""

from forehear.simulate.scenario.settings import Emitter

EMITTERS: dict[str, Emitter] = {
    # Two-stroke pusher of 30-50 kW: heard for 4-6 km on a quiet night.
    "piston": Emitter(
        kind="piston", source_level_db=120.0, level_spread_db=1.0, level_wander_db=0.7, tone_hz=110.0,
        tone_spread_hz=10.0, tone_wander_share=0.004, band_hz=250.0, speed_mps=51.0, height_m=400.0,
        heard_as=(0.80, 0.04, 0.16), flies=True,
    ),
    # Small turbojet: broadband, no tone that a microphone could follow.
    "jet": Emitter(
        kind="jet", source_level_db=128.0, level_spread_db=1.5, level_wander_db=0.7, tone_hz=None,
        tone_spread_hz=0.0, tone_wander_share=0.0, band_hz=400.0, speed_mps=155.0, height_m=800.0,
        heard_as=(0.04, 0.76, 0.20), flies=True,
    ),
    # Blade passing of a main rotor.
    "helicopter": Emitter(
        kind="other", source_level_db=122.0, level_spread_db=2.0, level_wander_db=1.0, tone_hz=22.0,
        tone_spread_hz=4.0, tone_wander_share=0.002, band_hz=120.0, speed_mps=60.0, height_m=200.0,
        heard_as=(0.15, 0.05, 0.80), flies=True,
    ),
    # Four-stroke, two-blade propeller at 2,400 turns a minute.
    "light_aircraft": Emitter(
        kind="other", source_level_db=119.0, level_spread_db=2.0, level_wander_db=0.7, tone_hz=80.0,
        tone_spread_hz=8.0, tone_wander_share=0.004, band_hz=200.0, speed_mps=55.0, height_m=700.0,
        heard_as=(0.38, 0.04, 0.58), flies=True,
    ),
    "motorcycle": Emitter(
        kind="other", source_level_db=97.0, level_spread_db=2.0, level_wander_db=2.0, tone_hz=110.0,
        tone_spread_hz=20.0, tone_wander_share=0.02, band_hz=300.0, speed_mps=18.0, height_m=0.5,
        heard_as=(0.30, 0.03, 0.67), flies=False, tone_follows_speed=True,
    ),
    # 3,000 turns a minute: the mains, and its harmonics.
    "generator": Emitter(
        kind="other", source_level_db=94.0, level_spread_db=3.0, level_wander_db=0.5, tone_hz=50.0,
        tone_spread_hz=1.0, tone_wander_share=0.003, band_hz=200.0, speed_mps=0.0, height_m=1.0,
        heard_as=(0.25, 0.03, 0.72), flies=False,
    ),
}  # fmt: skip
