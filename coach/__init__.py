"""The interview coach: asks, grades, looks up; the command line and everything a person meets."""
