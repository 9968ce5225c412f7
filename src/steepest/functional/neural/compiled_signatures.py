"""Functions of `torch` whose arguments come in another order than those of `torch.nn.functional`: the compiled ones' own.

`torch.embedding(weight, indices)`, `torch.batch_norm(x, weight, bias, mean, var, training, ...)`, losses with a number for `reduction`.
"""

from collections.abc import Callable
from typing import Any

from steepest.functional.neural import alignment, binary_losses, margin_losses, normalisation, regression_losses
from steepest.functional.neural import dropout as dropouts
from steepest.functional.neural import embedding as table

__all__ = [
    "alpha_dropout", "batch_norm", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "ctc_loss", "dropout", "embedding",
    "feature_alpha_dropout", "group_norm", "hinge_embedding_loss", "instance_norm", "kl_div", "layer_norm", "margin_ranking_loss",
    "poisson_nll_loss", "triplet_margin_loss",
]

REDUCTIONS = {0: "none", 1: "mean", 2: "sum"}
OTHER_NAMES = {"indices": "input", "train": "training", "self": "input"}
IGNORED = frozenset(("cudnn_enabled", "cudnn_enable"))
"""Arguments that choose among libraries."""


def _compiled(function: Callable[..., Any], arguments: str) -> Callable[..., Any]:
    order = arguments.split()

    def call(*args: Any, **given: Any) -> Any:
        if len(args) > len(order):
            return function(*args, **given)             # which says that there are too many
        named = dict(zip(order, args, strict=False))
        named.update((OTHER_NAMES.get(name, name), value) for name, value in given.items())
        named = {name: value for name, value in named.items() if name not in IGNORED}
        if named.get("reduction") in REDUCTIONS:
            named["reduction"] = REDUCTIONS[named["reduction"]]
        if named.get("padding_idx") == -1:
            del named["padding_idx"]
        return function(**named)

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = f"`torch.nn.functional.{function.__name__}`, its arguments being {', '.join(order)}."
    return call


NORM_ORDER = "momentum eps cudnn_enabled"
batch_norm = _compiled(normalisation.batch_norm, f"input weight bias running_mean running_var training {NORM_ORDER}")
instance_norm = _compiled(normalisation.instance_norm, f"input weight bias running_mean running_var use_input_stats {NORM_ORDER}")
layer_norm = _compiled(normalisation.layer_norm, "input normalized_shape weight bias eps cudnn_enable")
group_norm = _compiled(normalisation.group_norm, "input num_groups weight bias eps cudnn_enabled")
embedding = _compiled(table.embedding, "weight input padding_idx scale_grad_by_freq sparse")
dropout = _compiled(dropouts.dropout, "input p training")
alpha_dropout = _compiled(dropouts.alpha_dropout, "input p training")
feature_alpha_dropout = _compiled(dropouts.feature_alpha_dropout, "input p training")
binary_cross_entropy_with_logits = _compiled(
    binary_losses.binary_cross_entropy_with_logits, "input target weight pos_weight reduction")
cosine_embedding_loss = _compiled(margin_losses.cosine_embedding_loss, "input1 input2 target margin reduction")
hinge_embedding_loss = _compiled(margin_losses.hinge_embedding_loss, "input target margin reduction")
margin_ranking_loss = _compiled(margin_losses.margin_ranking_loss, "input1 input2 target margin reduction")
triplet_margin_loss = _compiled(margin_losses.triplet_margin_loss, "anchor positive negative margin p eps swap reduction")
kl_div = _compiled(regression_losses.kl_div, "input target reduction log_target")
poisson_nll_loss = _compiled(regression_losses.poisson_nll_loss, "input target log_input full eps reduction")
ctc_loss = _compiled(alignment.ctc_loss, "log_probs targets input_lengths target_lengths blank reduction zero_infinity")
