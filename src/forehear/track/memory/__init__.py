"""What is remembered: tracks, their reports, streams that no track explains, a step's batch."""
