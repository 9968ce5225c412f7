"""Divergences between families and samples of their own kinds, beside PyTorch."""

import itertools

import pytest
import torch

import steepest

MEMBERS = {
    "Bernoulli": [[0.3, 0.6]], "Beta": [[1.5, 2.0], [2.0, 0.7]], "Binomial": [[4.0, 4.0], [0.3, 0.6]],
    "ContinuousBernoulli": [[0.2, 0.7]],
    "Exponential": [[0.5, 2.0]], "Gamma": [[1.5, 3.0], [2.0, 0.5]],
    "Gumbel": [[0.5, -1.0], [1.5, 0.7]], "Laplace": [[0.5, -1.0], [1.5, 0.7]],
    "Normal": [[0.5, -1.0], [1.5, 0.7]], "Pareto": [[0.5, 1.0], [3.0, 2.5]], "Poisson": [[0.5, 3.0]], "Uniform": [[0.1, 0.25], [0.9, 0.75]],
}
WIDE = {"Uniform": [[-1.0, 2.0], [2.0, 4.0]], "Pareto": [[0.5, 0.2], [3.0, 0.5]]}


@pytest.mark.parametrize("first, second", list(itertools.permutations(MEMBERS, 2)))
def test_a_divergence_between_families_is_pytorchs(first: str, second: str) -> None:
    for table in (MEMBERS, MEMBERS | WIDE):
        p, q = ([torch.tensor(x) for x in table[name]] for name in (first, second))
        a, b = (getattr(torch.distributions, n)(*x, validate_args=False) for n, x in ((first, p), (second, q)))
        c, d = (getattr(steepest.distributions, n)(*[steepest.tensor(v.tolist()) for v in x], validate_args=False)
                for n, x in ((first, p), (second, q)))
        try:
            expected = torch.distributions.kl_divergence(a, b)
        except NotImplementedError:
            with pytest.raises(NotImplementedError):
                steepest.distributions.kl_divergence(c, d)
            continue
        torch.testing.assert_close(torch.from_numpy(steepest.distributions.kl_divergence(c, d).numpy()), expected, rtol=1e-4, atol=1e-5)


def test_a_family_of_ones_own_gets_entropy_and_divergence() -> None:
    found = []
    for library in (torch, steepest):
        class Waiting(library.distributions.ExponentialFamily):  # type: ignore[misc, name-defined]
            def __init__(self, rate):
                self.rate = rate
                super().__init__(rate.shape, validate_args=False)

            _natural_params = property(lambda self: (-self.rate,))
            _mean_carrier_measure = 0

            def _log_normalizer(self, x):
                return -(-x).log()

        p, q = Waiting(library.tensor([0.5, 2.0])), Waiting(library.tensor([1.0, 1.0]))
        found.append([p.entropy().tolist(), library.distributions.kl_divergence(p, q).tolist()])
    torch.testing.assert_close(torch.tensor(found[1]), torch.tensor(found[0]))


def test_the_helpers_that_programs_import_give_what_pytorch_gives() -> None:
    for name, args in (("probs_to_logits", ([0.2, 0.9], True)), ("logits_to_probs", ([0.2, 0.9],)), ("clamp_probs", ([0.0, 1.0],)),
                       ("tril_matrix_to_vec", ([[1.0, 2.0], [3.0, 4.0]],)), ("vec_to_tril_matrix", ([1.0, 2.0, 3.0],)),
                       ("vec_to_tril_matrix", ([1.0, 2.0, 3.0], -1))):
        theirs = getattr(torch.distributions.utils, name)(torch.tensor(args[0]), *args[1:])
        mine = getattr(steepest.distributions.utils, name)(steepest.tensor(args[0]), *args[1:])
        torch.testing.assert_close(torch.from_numpy(mine.numpy()), theirs)
