"""Datasets, the order in which they are read, and loaders that make batches of them; the public face is steepest.utils.data."""
