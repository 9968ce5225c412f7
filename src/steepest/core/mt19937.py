"""The stream of 32-bit words that every random draw is made from: MT19937, with PyTorch's seeding and layout of its state.

Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number generator", ACM
TOMACS 8(1), 1998. NumPy's bit generator makes the words; the state is read and written in the 5056 bytes that PyTorch uses.
"""

import ctypes
import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np

from steepest.errors import text

__all__ = ["MT19937", "STATE", "Doubles", "fillers", "normal_pair"]

Array = np.ndarray[Any, Any]

N = 624
STATE = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "words", "normal_x", "normal_y", "normal_rho", "normal_is_valid",
                  "next_float_normal", "next_float_normal_is_valid"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", N), "<f8", "<f8", "<f8", "<i4", "<f4", "?"],
        "offsets": [0, 8, 12, 16, 24, 5016, 5024, 5032, 5040, 5048, 5052],
        "itemsize": 5056,
    }
)


MOST = 1 << 22
"""Numbers that native code draws in one call, which nothing interrupts."""
LEAST = {"uniform": 1, "normal": 16, "double": 1, "permutation": 2, "word": 1}
DRAWN: dict[str, np.dtype[Any]] = {"uniform": np.dtype(np.float32), "normal": np.dtype(np.float32), "double": np.dtype(np.float64),
                                  "permutation": np.dtype(np.int64), "word": np.dtype(np.uint32)}
fillers: list[Callable[[str, Array, Array], bool]] = []
"""Native code that fills an array from the memory of a stream, false where it cannot; the layer that compiles puts it here."""
samplers: list[Callable[..., Array | None]] = []
"""Native code that draws numbers by rejection, `(kind, memory, ...)`, None where it cannot."""


class MT19937:
    """Words of the Mersenne Twister, drawn many at a time."""

    def __init__(self, seed: int):
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Start the stream of `seed` (64 bits, of which the words depend on the lower 32)."""
        self._start, self._untouched = seed & 0xFFFFFFFF, True
        if "_bits" in self.__dict__:
            self._random_state.seed(self._start)

    @functools.cached_property
    def _bits(self) -> "np.random.MT19937":
        # Made at the first draw, since NumPy imports its random module only when that is used: import steepest stays quick.
        bits = np.random.MT19937()
        np.random.RandomState(bits).seed(self._start)
        return bits

    @functools.cached_property
    def _random_state(self) -> "np.random.RandomState":
        return np.random.RandomState(self._bits)

    def words(self, n: int) -> Array:
        """The next n words, (n,) uint64, each below 2^32."""
        self._untouched = self._untouched and n == 0
        return self._bits.random_raw(n)

    def pairs(self, n: int) -> Array:
        """The next 2n words as n numbers of 64 bits, the earlier word in the upper half; (n,) uint64."""
        words = self.words(2 * n)
        upper = words[::2] << np.uint64(32)
        upper |= words[1::2]
        return upper

    def filled(self, kind: str, shape: tuple[int, ...]) -> Array | None:
        """Numbers in [0, 1) that are "uniform", of float32, or "double", 16 or more standard "normal" ones, a "permutation",
        or each "word" of uint32; None, and nothing drawn, without native code."""
        n, memory = math.prod(shape), self.memory
        if n > MOST or n < LEAST[kind] or memory is None:
            return None
        out = np.empty(shape, DRAWN[kind])
        for fill in fillers:
            if fill(kind, memory, out):
                self._untouched = False
                return out
        return None

    def sampled(self, kind: str, *given: Any) -> Array | None:
        """What `samplers` draw; None, and nothing drawn, without native code."""
        if self.memory is None:
            return None
        with self.lent():
            return next((found for sample in samplers if (found := sample(kind, self.memory, *given)) is not None), None)

    def pair(self) -> int:
        """The next two words as one number of 64 bits, the earlier word in the upper half."""
        self._untouched = False
        upper: int = self._bits.random_raw() << 32
        return upper | self._bits.random_raw()

    def skip(self, n: int) -> None:
        """Pass over n words."""
        self._untouched = self._untouched and n == 0
        self._bits.random_raw(n, False)

    @functools.cached_property
    def memory(self) -> Array | None:
        """The 624 words and the place among them where NumPy keeps them, (625,) uint32, for native code that draws from this stream;
        None where a NumPy keeps them otherwise."""
        state = self._bits.state["state"]
        held = np.ctypeslib.as_array((ctypes.c_uint32 * (N + 1)).from_address(self._bits.ctypes.state_address))
        return held if np.array_equal(held, [*state["key"], state["pos"]]) else None

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Native code may draw from `memory` inside."""
        memory = self.memory if self._untouched else None
        before = None if memory is None else memory.copy()
        try:
            yield
        finally:
            self._untouched = before is not None and memory is not None and np.array_equal(memory, before)

    def position(self) -> tuple[bool, Any]:
        """A mark to which `return_to` goes back."""
        return self._untouched, self._bits.state

    def return_to(self, position: tuple[bool, Any]) -> None:
        """Go back to a mark made by `position`."""
        self._untouched, self._bits.state = position

    def write(self, state: Array) -> None:
        """Put the words and the place among them into the fields of `state`, a scalar array of type STATE."""
        inner = self._bits.state["state"]
        place = inner["pos"]
        state["left"], state["seeded"] = N + 1 - place, 1
        state["next"] = 0 if self._untouched else place
        state["words"] = inner["key"]

    def read(self, state: Array) -> None:
        """Take over what `write` wrote; raises RuntimeError for a state that no stream can be in."""
        left, following = int(state["left"]), int(state["next"])
        if not state["seeded"] or not 0 < left <= N or following > N:
            raise RuntimeError(text("rng-state-invalid", left=left, following=following))
        self._untouched = left == 1 and following == 0
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": state["words"].astype(np.uint32), "pos": N + 1 - left},
        }


def normal_pair(uniform: Callable[[], float]) -> tuple[float, float]:
    """Two standard normal numbers from two uniform ones (Box and Muller 1958)."""
    turn, tail = uniform(), uniform()
    radius, angle = math.sqrt(-2.0 * math.log1p(-tail)), 2.0 * math.pi * turn
    return radius * math.cos(angle), radius * math.sin(angle)


class Doubles:
    """Uniform numbers in [0, 1) with 53 bits, one at a time; on leaving the block the engine stands after the last one used.

    For rejection methods, which cannot know ahead how many they need.
    """

    def __init__(self, engine: MT19937, block: int = 256):
        self._engine, self._block = engine, block

    def __enter__(self) -> "Doubles":
        self._refill()
        return self

    def _refill(self) -> None:
        self._mark = self._engine.position()
        self._values = (self._engine.pairs(self._block) & np.uint64(2**53 - 1)).astype(np.float64)
        self._numbers = (self._values * 2.0**-53).tolist()
        self._used = 0

    def __call__(self) -> float:
        if self._used == self._block:
            self._refill()
        self._used += 1
        return self._numbers[self._used - 1]

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._engine.return_to(self._mark)
        self._engine.skip(2 * self._used)
