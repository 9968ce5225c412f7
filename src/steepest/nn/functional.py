"""The functions of `torch.nn.functional` under their names; what they do is in `steepest.functional.neural`."""

from steepest.functional.neural.activations import *  # noqa: F403
from steepest.functional.neural.activations import __all__ as _activations
from steepest.functional.neural.binary_losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    multilabel_soft_margin_loss,
)
from steepest.functional.neural.classification_losses import cross_entropy, nll_loss
from steepest.functional.neural.distances import cosine_similarity, normalize, pairwise_distance
from steepest.functional.neural.linear import bilinear, linear
from steepest.functional.neural.margin_losses import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from steepest.functional.neural.regression_losses import (
    gaussian_nll_loss,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
)
from steepest.functional.neural.softmax import gumbel_softmax, log_softmax, softmax, softmin

__all__ = [
    *_activations,
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "gaussian_nll_loss",
    "gumbel_softmax",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "linear",
    "log_softmax",
    "margin_ranking_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "pairwise_distance",
    "poisson_nll_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]
