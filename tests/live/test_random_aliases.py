"""Random programs of tensors that share memory, against PyTorch: strided views, views of parts of numbers, `.data`, `detach`, writes
under `no_grad`, `out=`, and the in-place forms of indexing. Set STEEPEST_EXAMPLES for longer runs.
"""

import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tensor_programs import Program
from tensor_runs import quietly

EXAMPLES = int(os.environ.get("STEEPEST_EXAMPLES", "120"))
ALIASES = """
X.T; X.mT; X.swapaxes(0, -1); X.movedim(0, -1); X.detach(); X.real; X.imag; torch.view_as_real(X); X.view_as(X); X[...]
X.hsplit(1)[0]; X.tensor_split(2)[-1]; X.unflatten(0, (1, -1)); X.diagonal(); X.diagonal(1); X.unfold(-1, 2, 1); X.expand(2, *X.shape)
X.contiguous(); X.squeeze(); X.unsqueeze(-1); X.ravel(); X.reshape(-1); X.view(-1); X.narrow(0, 0, 1); X.select(-1, -1); X.unbind()[0]
torch.atleast_2d(X); X.broadcast_to(X.shape); X.resolve_conj(); X.clone(); X.flatten(); X[None]; X[::2]; X[..., 0]; X[1:]
""".replace("\n", "; ").strip("; ").split("; ")
WRITES = """
X.index_add_(0, torch.tensor([0]), Y[:1]); X.index_copy_(0, torch.tensor([0]), Y[:1])
X.index_fill_(0, torch.tensor([0]), 2); X.scatter_(0, torch.zeros_like(X, dtype=torch.int64)[:1], 3); X.masked_fill_(X > 1, 0.5)
X.index_put_((torch.tensor([0]),), Y.sum(), accumulate=True); X.masked_scatter_(X > 0, X.clone() * 2); X.fill_diagonal_(2); X.clamp_(max=1)
X.copy_(Y); X.zero_(); X.neg_(); X.mul_(Y); X.add_(Y, alpha=2); X.sub_(Y.mean()); X.lerp_(Y, 0.5); X.addcmul_(Y, Y, value=0.5)
X.clamp_min_(0); X.abs_(); X.sigmoid_(); X.tril_(); X.triu_(); X.div_(2); X.square_(); X.transpose_(0, -1); X.unsqueeze_(0); X.squeeze_()
X.t_(); X.put_(torch.tensor([0]), Y.sum().reshape(1)); X.relu_(); X.swapdims_(0, -1); X.exp_(); X.fill_(Y.sum())
""".replace("\n", "; ").strip("; ").split("; ")


class Aliases(Program):
    """Draws more lines that name memory again and write it."""

    def strided(self, i: int) -> str:
        """A strided view that mostly lies within the tensor's storage."""
        size = [self.rng.randrange(1, 4) for _ in range(self.rng.randrange(1, 3))]
        stride = [self.rng.randrange(1, 4) for _ in size]
        offset = self.rng.choice(["", f", {self.rng.randrange(3)}"])
        return f"t{i}.as_strided({size}, {stride}{offset})"

    def line(self, tensors: list[Any]) -> tuple[str, int | None]:
        r, i, j = self.rng, self.name(tensors), self.name(tensors)
        kind = r.random()
        if kind < 0.08 and tensors[i]._base is None:            # of views PyTorch loses what they do not show, until something is written
            return self.strided(i), None
        if kind < 0.3:
            return self.pick(ALIASES).replace("X", f"t{i}"), None
        if kind < 0.5:
            return self.pick(WRITES).replace("X", f"t{i}").replace("Y", f"t{j}"), i
        if kind < 0.53 and not any(x.requires_grad for x in tensors):       # else what a gradient needs may have been written unseen
            return f"t{i}.{self.pick(['data', 'detach()'])}.mul_(2)", i
        if kind < 0.56 and tensors[j]._base is None:            # a view written through `detach` is another one in PyTorch's graph
            return f"grad(t{i}, t{j}{self.pick(['', ', True'])})", None
        line, written = super().line(tensors)
        if line.endswith("requires_grad_(False)"):              # views made before keep theirs in PyTorch
            return f"t{i}.detach()", None
        return line, written


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, EXAMPLES, 20)], ids=lambda s: f"{s.start}-{s.stop - 1}")
def test_random_programs_of_shared_memory(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        try:
            quietly(rng, rng.randint(5, 40), Aliases)
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from None
