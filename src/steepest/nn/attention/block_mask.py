"""Masks of attention given by a function, and the blocks in which they let something through."""

import inspect
import itertools
from collections.abc import Callable
from typing import Any

from steepest.autograd.vectorizing import vmap
from steepest.core.dtype import bool_, int32
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import arange, zeros
from steepest.nn import functional as F

__all__ = ["BlockMask", "MaskMod", "and_masks", "create_block_mask", "create_mask", "noop_mask", "or_masks"]

MaskMod = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def noop_mask(batch: Tensor, head: Tensor, token_q: Tensor, token_kv: Tensor) -> Tensor:
    """True for everything."""
    return batch.new_ones((), dtype=bool_)


def _sliced_mask_mod_error(batch: Tensor, head: Tensor, token_q: Tensor, token_kv: Tensor) -> Tensor:
    """The function of a mask that was cut out of another: its indices are not those that the other's function was written for."""
    raise RuntimeError(text("flex-sliced"))


def and_masks(*mask_mods: MaskMod) -> MaskMod:
    """What all of these functions let through."""
    def and_mask(b: Tensor, h: Tensor, q_idx: Tensor, kv_idx: Tensor) -> Tensor:
        result = b.new_ones((), dtype=bool_)
        for mask in mask_mods:
            result = result & mask(b, h, q_idx, kv_idx)
        return result

    _all_callable(mask_mods)
    return and_mask


def or_masks(*mask_mods: MaskMod) -> MaskMod:
    """What one of these functions lets through."""
    def or_mask(b: Tensor, h: Tensor, q_idx: Tensor, kv_idx: Tensor) -> Tensor:
        result = b.new_zeros((), dtype=bool_)
        for mask in mask_mods:
            result = result | mask(b, h, q_idx, kv_idx)
        return result

    _all_callable(mask_mods)
    return or_mask


def _all_callable(functions: Any) -> None:
    if not all(callable(f) for f in functions):
        raise RuntimeError(text("flex-not-callable", seen=functions))


def _ordered(dense: Tensor) -> tuple[Tensor, Tensor]:
    """How many blocks of each row are true, and their columns; those that are not come behind."""
    dense = dense.to(int32)
    return dense.sum(-1).to(int32), dense.argsort(dim=-1, descending=True, stable=True).to(int32)


def _dense(counts: Tensor, columns: Tensor) -> Tensor:
    """The blocks as ones in a matrix of blocks."""
    made = zeros(*columns.shape, dtype=int32)
    counted = (arange(columns.shape[-1]) < counts.unsqueeze(-1)).to(int32)
    return made.scatter(-1, columns.long(), counted)


def _transposed(counts: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
    return _ordered(_dense(counts, columns).transpose(-2, -1))


class BlockMask:
    """Which blocks of queries and keys a mask lets through, in part (`kv_num_blocks`, `kv_indices`) or fully (`full_...`).

    Made by `create_block_mask`, or `BlockMask.from_kv_blocks`. `mask[batch, head, block]` chooses blocks; what was chosen has no function
    until its attribute `mask_mod` is set.
    """

    TENSORS = ("kv_num_blocks", "kv_indices", "full_kv_num_blocks", "full_kv_indices", "q_num_blocks", "q_indices", "full_q_num_blocks",
               "full_q_indices")

    def __init__(self, seq_lengths: tuple[int, int], kv_num_blocks: Tensor, kv_indices: Tensor, full_kv_num_blocks: Tensor | None,
                 full_kv_indices: Tensor | None, q_num_blocks: Tensor | None, q_indices: Tensor | None, full_q_num_blocks: Tensor | None,
                 full_q_indices: Tensor | None, BLOCK_SIZE: tuple[int, int] = (128, 128), mask_mod: MaskMod = noop_mask) -> None:
        if kv_indices.dim() < 2:
            raise RuntimeError(text("flex-blocks-dimensions"))
        self.seq_lengths, self.BLOCK_SIZE, self.mask_mod = seq_lengths, BLOCK_SIZE, mask_mod
        self.kv_num_blocks, self.kv_indices = kv_num_blocks, kv_indices
        self.full_kv_num_blocks, self.full_kv_indices = full_kv_num_blocks, full_kv_indices
        self.q_num_blocks, self.q_indices = q_num_blocks, q_indices
        self.full_q_num_blocks, self.full_q_indices = full_q_num_blocks, full_q_indices

    @classmethod
    def from_kv_blocks(cls, kv_num_blocks: Tensor, kv_indices: Tensor, full_kv_num_blocks: Tensor | None = None,
                       full_kv_indices: Tensor | None = None, BLOCK_SIZE: int | tuple[int, int] = 128, mask_mod: MaskMod | None = None,
                       seq_lengths: tuple[int, int] | None = None, compute_q_blocks: bool = True) -> "BlockMask":
        """A mask from the numbers of blocks `(B, H, rows)` and their columns `(B, H, rows, columns)`."""
        if kv_indices.dim() < 2:
            raise RuntimeError(text("flex-blocks-dimensions"))
        if (full_kv_num_blocks is None) != (full_kv_indices is None):
            raise AssertionError("full_kv_num_blocks and full_kv_indices must be both provided or omitted")
        size = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else BLOCK_SIZE
        partly: tuple[Any, Any] = _transposed(kv_num_blocks, kv_indices) if compute_q_blocks else (None, None)
        fully: tuple[Any, Any] = (None, None)
        if compute_q_blocks and full_kv_num_blocks is not None and full_kv_indices is not None:
            fully = _transposed(full_kv_num_blocks, full_kv_indices)
        if seq_lengths is None:
            seq_lengths = kv_indices.shape[-2] * size[0], kv_indices.shape[-1] * size[1]
        return cls(seq_lengths, kv_num_blocks, kv_indices, full_kv_num_blocks, full_kv_indices, *partly, *fully, BLOCK_SIZE=size,
                   mask_mod=noop_mask if mask_mod is None else mask_mod)

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch, heads, queries and keys."""
        return (*self.kv_indices.shape[:-2], *self.seq_lengths)

    def as_tuple(self, flatten: bool = True) -> tuple[Any, ...]:
        """The parts."""
        lengths = self.seq_lengths if flatten else (self.seq_lengths,)
        size = self.BLOCK_SIZE if flatten else (self.BLOCK_SIZE,)
        return (*lengths, *(getattr(self, name) for name in self.TENSORS), *size, self.mask_mod)

    def numel(self) -> int:
        """The number of scores."""
        count = 1
        for size in self.shape:
            count *= size
        return count

    def to_dense(self) -> Tensor:
        """The blocks as a matrix: one where something is let through."""
        partly = _dense(self.kv_num_blocks, self.kv_indices)
        if self.full_kv_num_blocks is None or self.full_kv_indices is None:
            return partly
        return partly | _dense(self.full_kv_num_blocks, self.full_kv_indices)

    def sparsity(self) -> float:
        """The part of the scores, in percent, that lies in blocks which let nothing through."""
        blocks = int(self.kv_num_blocks.sum().item())
        if self.full_kv_num_blocks is not None:
            blocks += int(self.full_kv_num_blocks.sum().item())
        return 100 * (1 - blocks * self.BLOCK_SIZE[0] * self.BLOCK_SIZE[1] / self.numel())

    def __getitem__(self, index: Any) -> "BlockMask":
        index = index if isinstance(index, tuple) else (index,)
        chosen = tuple(slice(i + n if i < 0 else i, (i + n if i < 0 else i) + 1) if isinstance(i, int) else i
                       for i, n in zip(index, self.kv_num_blocks.shape, strict=False))
        full, columns = self.full_kv_num_blocks, self.full_kv_indices
        return BlockMask.from_kv_blocks(self.kv_num_blocks[chosen], self.kv_indices[chosen], None if full is None else full[chosen],
                                        None if columns is None else columns[chosen], BLOCK_SIZE=self.BLOCK_SIZE,
                                        mask_mod=_sliced_mask_mod_error, seq_lengths=self.seq_lengths,
                                        compute_q_blocks=self.q_indices is not None)

    def to(self, device: Any) -> "BlockMask":
        """The mask itself, on a device of this computer."""
        parts: dict[str, Any] = {name: getattr(self, name) for name in self.TENSORS}
        parts = {name: None if part is None else part.to(device) for name, part in parts.items()}
        return BlockMask(self.seq_lengths, **parts, BLOCK_SIZE=self.BLOCK_SIZE, mask_mod=self.mask_mod)

    def _adjust(self, new_q_len: int, new_kv_len: int) -> "BlockMask":
        """The mask cut to fewer queries and keys."""
        rows, columns = -(-new_q_len // self.BLOCK_SIZE[0]), -(-new_kv_len // self.BLOCK_SIZE[1])
        partly = _ordered(_dense(self.kv_num_blocks, self.kv_indices)[..., :rows, :columns])
        fully: tuple[Any, Any] = (None, None)
        if self.full_kv_num_blocks is not None and self.full_kv_indices is not None:
            fully = _ordered(_dense(self.full_kv_num_blocks, self.full_kv_indices)[..., :rows, :columns])
        return BlockMask.from_kv_blocks(partly[0], partly[1], fully[0], fully[1], self.BLOCK_SIZE, self.mask_mod, (new_q_len, new_kv_len))

    def to_string(self, grid_size: Any = (20, 20), limit: int = 4) -> str:
        """A picture of the blocks, of at most `limit` heads."""
        dense = self.to_dense()
        *batch, rows, columns = dense.shape
        most = (rows, columns) if grid_size == -1 else (grid_size, grid_size) if isinstance(grid_size, int) else grid_size
        steps = [max(1, -(-n // m)) for n, m in zip((rows, columns), most, strict=True)]

        def picture(place: tuple[int, ...]) -> str:
            blocks = dense[place].numpy()
            lines = []
            for r in range(0, rows, steps[0]):
                parts = [blocks[r:r + steps[0], c:c + steps[1]].mean() for c in range(0, columns, steps[1])]
                lines.append("".join(2 * ("█" if p == 1 else " " if p == 0 else "░") for p in parts) + "\n")
            return f"{place}\n{''.join(lines)}"

        pictures = []
        for i, place in enumerate(itertools.product(*map(range, batch))):
            if i == limit:
                pictures += ["...", "To print out more, set BlockMask.to_string(limit=N)",
                             "You can also index (BlockMask[batch, head]) to choose a specific batch or head"]
                break
            pictures.append(picture(place))
        return "\n".join(pictures)

    def __str__(self) -> str:
        return f"BlockMask(shape={self.shape}, sparsity={self.sparsity():.2f}%, \n{self.to_string().strip()}\n)"

    def __repr__(self) -> str:
        def shape(name: str) -> str:
            part = getattr(self, name)
            return f"    {name}={None if part is None else part.shape},\n"

        return (f"BlockMask(\n{''.join(map(shape, self.TENSORS))}    BLOCK_SIZE={self.BLOCK_SIZE},\n    shape={self.shape},\n"
                f"    sparsity={self.sparsity():.2f}%,\n    mask_mod={getattr(self.mask_mod, '__name__', self.mask_mod)}\n)")


def create_mask(mod_fn: Callable[..., Tensor], B: int | None, H: int | None, Q_LEN: int, KV_LEN: int, device: Any = None,
                **options: Any) -> Tensor:
    """The mask `(B, H, Q_LEN, KV_LEN)` of a function of batch, head, query and key, or what a `score_mod` gives for scores of zero."""
    places = [arange(size) for size in (B or 1, H or 1, Q_LEN, KV_LEN)]
    scores = sum(p.default is p.empty for p in inspect.signature(mod_fn).parameters.values()) == 5
    for place in (3, 2, 1, 0):
        dims = tuple(None if i != place else 0 for i in range(4))
        mod_fn = vmap(mod_fn, in_dims=(0, *dims) if scores else dims)
    made: Tensor = mod_fn(zeros(*(len(p) for p in places)), *places) if scores else mod_fn(*places)
    return made


def create_block_mask(mask_mod: MaskMod, B: int | None, H: int | None, Q_LEN: int, KV_LEN: int, device: Any = None,
                      BLOCK_SIZE: int | tuple[int, int] = 128, _compile: bool = False, separate_full_blocks: bool = True,
                      compute_dq_write_order: bool = False, dq_kv_order: bool = True) -> BlockMask:
    """The blocks of a mask given by a function `mask_mod(b, h, q, kv)`; without `B` or `H` it is the same for all of them.

    >>> mask = create_block_mask(lambda b, h, q, kv: q >= kv, None, None, 256, 256)
    >>> mask.shape, mask.sparsity()
    ((1, 1, 256, 256), 25.0)
    """
    rows, columns = size = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else BLOCK_SIZE
    mask = create_mask(mask_mod, B, H, Q_LEN, KV_LEN)
    mask = F.pad(mask, (0, -KV_LEN % columns, 0, -Q_LEN % rows))
    high, wide = mask.shape[-2] // rows, mask.shape[-1] // columns
    counts = mask.reshape(*mask.shape[:2], high, rows, wide, columns).permute(0, 1, 2, 4, 3, 5).sum(dim=(-2, -1))
    full = counts == rows * columns if separate_full_blocks else counts < 0
    partly, fully = _ordered((counts > 0) & ~full), _ordered(full) if separate_full_blocks else (None, None)
    return BlockMask.from_kv_blocks(partly[0], partly[1], fully[0], fully[1], size, mask_mod, (Q_LEN, KV_LEN))
