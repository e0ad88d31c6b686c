"""What sensors make of it: who hears what, measurement, faults, reports."""
