# Data for rows 18: MNIST from a file mnist.npz (arrays x_train, y_train, x_test, y_test), or digits drawn here.
# MNIST is not shipped with the course. The drawn digits are strokes on a 28 x 28 grid, moved, thickened and noisy: easy
# to tell apart, good enough to see a network learn without a download.

import os

import numpy as np

# The seven segments of a pocket calculator: (row, column) of both ends on a grid of 3 x 2.
SEGMENTS = [((0, 0), (0, 1)), ((0, 0), (1, 0)), ((0, 1), (1, 1)), ((1, 0), (1, 1)), ((1, 0), (2, 0)), ((1, 1), (2, 1)), ((2, 0), (2, 1))]
LIT = ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"]


def draw(count, random):
    """Images (count, 28, 28) of uint8 and their labels (count,)."""
    labels = random.integers(0, 10, count)
    images = random.integers(0, 60, (count, 28, 28))
    for image, label in zip(images, labels):
        top, left = random.integers(3, 7, 2)
        height, width = random.integers(7, 9), random.integers(9, 14)
        for segment, lit in zip(SEGMENTS, LIT[label]):
            if lit == "1":
                (r0, c0), (r1, c1) = segment
                rows, columns = slice(top + r0 * height, top + r1 * height + 2), slice(left + c0 * width, left + c1 * width + 2)
                image[rows, columns] = random.integers(180, 256)
    return images.astype(np.uint8), labels.astype(np.uint8)


def load(path=None):
    """x_train, y_train, x_test, y_test; from `path`, the variable MNIST or ./mnist.npz where there is such a file."""
    path = path or os.environ.get("MNIST", "mnist.npz")
    if os.path.exists(path):
        with np.load(path) as arrays:
            return tuple(arrays[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    print(f"no file {path}: drawn digits instead of MNIST")
    random = np.random.default_rng(0)
    return (*draw(12000, random), *draw(2000, random))
