"""Calls of `torch.nn.functional` with small inputs: PyTorch's answers are in `tests/reference/functional.npz`.

`evaluate` makes one call with either library and gives results, first derivatives and second derivatives as arrays.
"""

from typing import Any, NamedTuple

import numpy as np

rng = np.random.default_rng(2013)


class Leaf(NamedTuple):
    """An input that wants a gradient."""

    array: Any


class Case(NamedTuple):
    """A function, its arguments, and whether a second derivative is asked for."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    second: bool = True


def leaf(*shape: int) -> Leaf:
    return Leaf(rng.standard_normal(shape))


def chance(*shape: int) -> Leaf:
    return Leaf(rng.uniform(0.1, 0.9, shape))


def plain(*shape: int) -> Any:
    return rng.uniform(0.1, 0.9, shape)


def signs(*shape: int) -> Any:
    return np.sign(rng.standard_normal(shape))


def case(function: str, *args: Any, **kwargs: Any) -> Case:
    return Case(function, args, kwargs)


def once(function: str, *args: Any, **kwargs: Any) -> Case:
    """A call of which PyTorch itself gives no second derivative."""
    return Case(function, args, kwargs, False)


ACTIVATIONS = (
    "relu leaky_relu elu selu celu gelu silu mish softplus sigmoid tanh hardtanh relu6 hardswish softsign tanhshrink "
    "softshrink hardshrink logsigmoid glu"
).split()
LABELS = np.array([0, 1, 5, 3])
PIXELS = rng.integers(0, 4, (2, 3, 2))
CASES: dict[str, Case] = {
    "linear": case("linear", leaf(4, 6), leaf(3, 6), leaf(3)),
    "linear of a sequence": case("linear", leaf(2, 4, 6), leaf(3, 6), leaf(3)),
    "linear without bias": case("linear", leaf(2, 4, 6), leaf(3, 6)),
    "linear of a vector": case("linear", leaf(6), leaf(3, 6), leaf(3)),
    "bilinear": case("bilinear", leaf(4, 6), leaf(4, 5), leaf(3, 6, 5), leaf(3)),
    **{name: case(name, leaf(4, 6)) for name in ACTIVATIONS},
    "gelu tanh": case("gelu", leaf(4, 6), approximate="tanh"),
    "elu alpha": case("elu", leaf(4, 6), 0.7),
    "softplus beta": case("softplus", leaf(4, 6), 2, 1.0),
    "threshold": case("threshold", leaf(4, 6), 0.2, 3.0),
    "prelu": case("prelu", leaf(4, 3, 2), leaf(3)),
    "softmax": case("softmax", leaf(4, 6), 1),
    "log_softmax": case("log_softmax", leaf(2, 4, 3), 1),
    "softmin": case("softmin", leaf(4, 6), -1),
    **{
        f"{name} {how}": case(name, leaf(4, 6), leaf(4, 6), reduction=how)
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
        for how in ("mean", "sum", "none")
    },
    "mse_loss weight": case("mse_loss", leaf(4, 6), leaf(4, 6), weight=plain(4, 6)),
    "smooth_l1_loss beta": case("smooth_l1_loss", leaf(4, 6), leaf(4, 6), beta=0.3),
    "huber_loss delta": case("huber_loss", leaf(4, 6), leaf(4, 6), delta=0.3),
    **{
        f"binary_cross_entropy {how}": case("binary_cross_entropy", chance(4, 6), chance(4, 6), plain(6), reduction=how)
        for how in ("mean", "none")
    },
    "binary_cross_entropy_with_logits": case("binary_cross_entropy_with_logits", leaf(4, 6), chance(4, 6)),
    "binary_cross_entropy_with_logits weights": case(
        "binary_cross_entropy_with_logits", leaf(4, 6), chance(4, 6), plain(4, 6), pos_weight=plain(6)
    ),
    **{
        f"{name} {how}": case(name, leaf(4, 6), LABELS, plain(6), ignore_index=1, reduction=how)
        for name in ("nll_loss", "cross_entropy")
        for how in ("mean", "sum", "none")
    },
    "nll_loss of images": case("nll_loss", leaf(2, 4, 3, 2), PIXELS, plain(4)),
    "cross_entropy of one": case("cross_entropy", leaf(6), np.array(2)),
    "cross_entropy smoothed": case("cross_entropy", leaf(4, 6), LABELS, plain(6), label_smoothing=0.1, ignore_index=1),
    "cross_entropy of probabilities": case("cross_entropy", leaf(4, 6), chance(4, 6), plain(6), label_smoothing=0.1),
    "kl_div": case("kl_div", leaf(4, 6), chance(4, 6), reduction="batchmean"),
    "kl_div log_target": case("kl_div", leaf(4, 6), leaf(4, 6), reduction="sum", log_target=True),
    "poisson_nll_loss": case("poisson_nll_loss", leaf(4, 6), plain(4, 6) * 5, full=True),
    "gaussian_nll_loss": case("gaussian_nll_loss", leaf(4, 6), plain(4, 6), chance(4, 1), full=True),
    "hinge_embedding_loss": case("hinge_embedding_loss", leaf(4, 6), signs(4, 6)),
    "soft_margin_loss": case("soft_margin_loss", leaf(4, 6), signs(4, 6)),
    "margin_ranking_loss": case("margin_ranking_loss", leaf(4), leaf(4), signs(4), 0.1),
    "cosine_embedding_loss": case("cosine_embedding_loss", leaf(4, 6), leaf(4, 6), signs(4), 0.1),
    "multi_margin_loss": once("multi_margin_loss", leaf(4, 6), LABELS, p=2, weight=plain(6)),
    "multilabel_margin_loss": once("multilabel_margin_loss", leaf(2, 4), np.array([[1, 3, -1, 0], [0, -1, 2, 3]])),
    "multilabel_soft_margin_loss": case("multilabel_soft_margin_loss", leaf(4, 6), plain(4, 6), plain(6)),
    "triplet_margin_loss": case("triplet_margin_loss", leaf(4, 6), leaf(4, 6), leaf(4, 6), swap=True),
    "cosine_similarity": case("cosine_similarity", leaf(4, 6), leaf(4, 6)),
    "pairwise_distance": case("pairwise_distance", leaf(4, 6), leaf(4, 6)),
    "normalize": case("normalize", leaf(4, 6)),
    "pdist": once("pdist", leaf(5, 3)),
    "embedding": case("embedding", np.array([[1, 2, 0], [5, 1, 1]]), leaf(6, 3), padding_idx=2),
    "embedding by frequency": once("embedding", np.array([[1, 2, 0], [5, 1, 1]]), leaf(6, 3), scale_grad_by_freq=True),
    **{
        f"embedding_bag {mode}": once(
            "embedding_bag", np.array([1, 2, 4, 5, 4, 3, 2]), leaf(6, 3), np.array([0, 4, 4]), mode=mode
        )
        for mode in ("sum", "mean", "max")
    },
    "one_hot": once("one_hot", np.array([[1, 2], [0, 3]]), 5),
    "batch_norm": case("batch_norm", leaf(3, 4, 5), None, None, leaf(4), leaf(4), training=True),
    "batch_norm inference": case("batch_norm", leaf(3, 4, 5), plain(4), plain(4), leaf(4), leaf(4)),
    "layer_norm": case("layer_norm", leaf(3, 4, 5), (4, 5), leaf(4, 5), leaf(4, 5)),
    "group_norm": case("group_norm", leaf(3, 4, 5), 2, leaf(4), leaf(4)),
    "instance_norm": case("instance_norm", leaf(2, 3, 5), None, None, leaf(3), leaf(3)),
    "rms_norm": case("rms_norm", leaf(3, 4), (4,), leaf(4)),
    "local_response_norm": case("local_response_norm", leaf(2, 5, 3), 3, 0.3),
    **{
        f"pad {mode}": case("pad", leaf(2, 3, 4, 5), (2, 1, 0, 3), mode)
        for mode in ("constant", "reflect", "replicate", "circular")
    },
    "pad negative": case("pad", leaf(2, 3, 4), (-1, 2, 1, -1), "constant", 3.0),
    "conv1d": case("conv1d", leaf(2, 4, 9), leaf(6, 2, 3), leaf(6), 2, 1, 1, 2),
    "conv2d": case("conv2d", leaf(2, 2, 6, 5), leaf(3, 2, 3, 2), leaf(3), (2, 1), (1, 0), (1, 2)),
    "conv2d same": case("conv2d", leaf(2, 2, 5, 4), leaf(3, 2, 2, 3), leaf(3), 1, "same"),
    "conv2d depthwise": case("conv2d", leaf(2, 3, 5, 4), leaf(6, 1, 2, 2), leaf(6), 1, 1, 1, 3),
    "conv3d": case("conv3d", leaf(1, 2, 4, 3, 4), leaf(2, 2, 2, 2, 2), leaf(2), 1, (1, 0, 1)),
    "conv_transpose1d": case("conv_transpose1d", leaf(2, 4, 5), leaf(4, 2, 3), leaf(4), 2, 1, 1, 2),
    "conv_transpose2d": case("conv_transpose2d", leaf(2, 2, 3, 4), leaf(2, 3, 3, 2), leaf(3), 2, 1, 1, 1, (1, 2)),
    "conv_transpose3d": case("conv_transpose3d", leaf(1, 2, 2, 3, 2), leaf(2, 2, 2, 2, 2), leaf(2), 2),
    "max_pool1d": case("max_pool1d", leaf(2, 3, 9), 3, 2, 1),
    "max_pool2d": case("max_pool2d", leaf(2, 3, 6, 5), 3, 2, 1, 1, True, True),
    "max_pool2d dilated": case("max_pool2d", leaf(2, 3, 6, 5), 2, 1, 1, 2, return_indices=True),
    "max_pool3d": case("max_pool3d", leaf(1, 2, 4, 4, 5), 2),
    "avg_pool1d": case("avg_pool1d", leaf(2, 3, 9), 3, 2, 1, count_include_pad=False),
    "avg_pool2d": case("avg_pool2d", leaf(2, 3, 6, 5), 3, 2, 1, True),
    "avg_pool3d": case("avg_pool3d", leaf(1, 2, 4, 4, 5), 2, divisor_override=3),
    "adaptive_avg_pool2d": case("adaptive_avg_pool2d", leaf(2, 3, 7, 5), (3, 2)),
    "adaptive_max_pool2d": case("adaptive_max_pool2d", leaf(2, 3, 7, 5), (3, 2), return_indices=True),
    "lp_pool2d": case("lp_pool2d", leaf(2, 3, 4, 5), 2.0, 2),
    "unfold": case("unfold", leaf(2, 3, 5, 4), (3, 2), 1, 1, 2),
    "fold": case("fold", leaf(2, 12, 9), (5, 5), 2, 1, 1, 2),
    "pixel_shuffle": case("pixel_shuffle", leaf(1, 8, 2, 3), 2),
    "pixel_unshuffle": case("pixel_unshuffle", leaf(1, 2, 4, 6), 2),
    "channel_shuffle": case("channel_shuffle", leaf(1, 6, 2, 2), 3),
    "attention": once("scaled_dot_product_attention", leaf(2, 4, 6), leaf(2, 5, 6), leaf(2, 5, 3), is_causal=True),
    **{
        f"interpolate {mode}": case("interpolate", leaf(2, 2, 5, 4), scale_factor=1.7, mode=mode)
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic", "area")
    },
    "interpolate aligned": case("interpolate", leaf(2, 2, 5, 4), size=(7, 3), mode="bilinear", align_corners=True),
    "interpolate linear": case("interpolate", leaf(2, 2, 5), scale_factor=2, mode="linear"),
    "interpolate trilinear": case("interpolate", leaf(1, 2, 3, 4, 3), size=5, mode="trilinear"),
    "interpolate antialiased": once("interpolate", leaf(1, 2, 7, 6), size=3, mode="bicubic", antialias=True),
    **{
        f"grid_sample {mode} {edge}": once(
            "grid_sample", leaf(1, 2, 4, 5), Leaf(rng.uniform(-1.3, 1.3, (1, 3, 2, 2))), mode, edge, False
        )
        for mode in ("bilinear", "bicubic")
        for edge in ("zeros", "border", "reflection")
    },
    "affine_grid": case("affine_grid", leaf(1, 2, 3), (1, 1, 3, 4), True),
    "ctc_loss": once(
        "ctc_loss",
        Leaf(np.log(rng.dirichlet(np.ones(5), (7, 3)))),
        np.array([[1, 2, 2], [4, 0, 0], [3, 1, 0]]),
        np.array([7, 5, 6]),
        np.array([3, 1, 2]),
    ),
}


def leaves(library: Any, case: Case, dtype: str) -> tuple[list[Any], dict[str, Any], list[Any]]:
    """The arguments as tensors of a library, and those among them that want a gradient."""
    found: list[Any] = []

    def made(x: Any) -> Any:
        array = x.array if isinstance(x, Leaf) else x
        if not isinstance(array, np.ndarray):
            return x
        t = library.tensor(array)
        if t.dtype == library.float64:
            t = t.to(getattr(library, dtype))
        if isinstance(x, Leaf):
            found.append(t.requires_grad_())
        return t

    args = [made(x) for x in case.args]
    return args, {k: made(v) for k, v in case.kwargs.items()}, found


def array(x: Any) -> Any:
    return None if x is None else x.detach().clone().numpy()


def evaluate(library: Any, case: Case, dtype: str = "float64", wrap: Any = None) -> dict[str, Any]:
    """Results, gradients of a weighted sum of them, and gradients of the sum of squares of those."""
    args, kwargs, found = leaves(library, case, dtype)
    made = getattr(library.nn.functional, case.function)(*args, **kwargs)
    results = made if isinstance(made, tuple) else (made,)
    report = {f"out{i}": array(r) for i, r in enumerate(results)}
    y = results[0]
    if not found or not y.requires_grad:
        return report
    weights = np.cos(np.arange(y.numel(), dtype=np.float64)).reshape(tuple(y.shape)) + 0.3
    first = library.autograd.grad(
        (y * library.tensor(weights).to(y.dtype)).sum(), found, create_graph=case.second, allow_unused=True
    )
    report |= {f"grad{i}": array(g) for i, g in enumerate(first)}
    again = [g for g in first if g is not None and g.requires_grad] if case.second else []
    if again:
        total = sum(((g * g).sum() for g in again[1:]), (again[0] * again[0]).sum())
        if total.requires_grad:
            second = library.autograd.grad(total, found, allow_unused=True)
            report |= {f"second{i}": array(g) for i, g in enumerate(second)}
    return report
