"""Write the direction numbers of Sobol sequences compactly, from the copy that SciPy ships: `python scripts/sobol_numbers.py`.

The polynomials rise, so half of each difference is one byte; of the m_i, which are odd and below 2^i, the i - 1 bits between are kept.
"""

from pathlib import Path

import numpy as np
import scipy.stats

PLACE = Path(__file__).resolve().parents[1] / "src" / "steepest" / "functional" / "sobol" / "direction_numbers.bin"


def main() -> None:
    source = np.load(Path(scipy.stats.__file__).parent / "_sobol_direction_numbers.npz")
    polynomials, first = source["poly"], source["vinit"]
    degrees = np.array([int(p).bit_length() - 1 for p in polynomials])
    bits = [first[degrees >= i, i - 1][:, None] >> np.arange(1, i) & 1 for i in range(2, degrees.max() + 1)]
    steps = (np.diff(polynomials) // 2).astype(np.uint8)
    PLACE.write_bytes(steps.tobytes() + np.packbits(np.concatenate([b.reshape(-1) for b in bits]).astype(np.uint8)).tobytes())


if __name__ == "__main__":
    main()
