"""Sobol sequences: points that fill a cube evenly."""
