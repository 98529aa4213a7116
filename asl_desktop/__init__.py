"""ASL Desktop: structured, signed AI risk assessments."""

__version__ = "0.1.0"
