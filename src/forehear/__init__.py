"""forehear hears drones before they arrive: reports of many microphones to tracks, forecasts and warnings."""

__version__ = "0.2.0"
