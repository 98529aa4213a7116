"""Acceptance checks of the window that want minutes, a display or gigabytes: ``python -m ui_checks``."""
