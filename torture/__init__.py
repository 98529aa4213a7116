"""Harnesses that hurt assessment files on purpose and count what was lost; not part of the wheel."""
