"""Speed against named references, measured in the same run; see `python -m benchmarks --help`."""
