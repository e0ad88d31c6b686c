"""A drone that flies past one microphone: course, speed and distance off one bend of its tone."""
