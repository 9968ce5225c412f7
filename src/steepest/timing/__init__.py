"""Timing pieces of programs: measurements, timers and tables of them."""
