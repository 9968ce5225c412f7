"""What of torch's own sample inputs is out of scope, and why; printed into the page of the scoreboard."""

from fnmatch import fnmatchcase

REASONS: dict[str, tuple[str, ...]] = {
    "compiles code for CUDA": ("jiterator_*", "bmm_triton_optimized"),
    "sparse layouts beyond gradients of embeddings": ("sparse.*", "to_sparse"),
    "8-bit floating point, needs matrix units": ("torch._scaled_mm*", "_scaled_mm*"),
    "an internal function of PyTorch's own kernels, not documented": (
        "torch.ops.aten.*", "ops.aten.*", "_softmax_backward_data", "_native_batch_norm_legit", "_batch_norm_with_update",
        "native_batch_norm",
        "native_group_norm", "native_layer_norm", "max_pool2d_with_indices_backward", "native_dropout_backward", "_chunk_cat",
        "_unsafe_masked_index*", "_upsample_bilinear2d_aa", "grid_sampler_?d", "addmm_decomposed", "hash_tensor",
        "constant_pad_nd", "slice"),
    "half-precision complex numbers": ("chalf",),
    "masked tensors are a prototype in PyTorch": ("masked.*",),
}


TIES = "PyTorch may give the gradient to any of equal elements"
POLES = "at the poles the function is infinite here; PyTorch's reflection formula is finite there, whatever the rounding"
OTHER_CLASS = "both refuse, by errors of different classes"
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("as_strided_scatter", "gradients"): "PyTorch hands the gradient of the elements that are overwritten to `input` and drops that of the "
    "others, so that its own `gradcheck` fails; here it is right",
    **{(f"nn_functional_linear_cross_entropy_chunked{kind}", "second"): "PyTorch's path in chunks has no second derivative; here it is "
       "that of the whole" for kind in ("", "_none")},
    ("narrow_copy", "errors"): "a dimension that is too large fails an internal assertion of PyTorch (RuntimeError); here it is the "
    "IndexError that `narrow` raises",
    **{(name, "16-bit gradients"): TIES for name in ("sort", "msort", "mode", "topk")},
    **{(name, "16-bit gradients"): "half-precision complex numbers" for name in ("view_as_complex", "complex")},
    **{("matrix_exp", kind): "PyTorch overflows between its steps in 16 bits, which are in float32 here"
       for kind in ("other dtypes", "16-bit gradients")},
    ("as_strided_scatter", "16-bit gradients"): "see its gradients",
    **{(f"polygamma_polygamma_n_{n}", "other dtypes"): POLES for n in range(5)},
    ("special_polygamma_special_polygamma_n_0", "other dtypes"): POLES,
    ("nn_functional_soft_margin_loss", "other dtypes"): "PyTorch's exponential overflows in float16; here the loss is finite",
    **{(f"nn_functional_{name}", "other dtypes"): "of bytes one in a hundred differs by 1: PyTorch keeps weights in 16 bits"
       for name in ("interpolate_bilinear", "interpolate_bicubic", "upsample_bilinear")},
    ("round_decimals_0", "refused dtypes"): "integers are rounded to no decimals by returning them, given `decimals=0` or not",
    ("randint_like", "refused dtypes"): "a range that the dtype cannot hold is a ValueError here, also for complex numbers",
    **{(name, "empty"): OTHER_CLASS for name in (
        "nn_functional_instance_norm", "nn_functional_batch_norm", "nn_functional_batch_norm_without_cudnn", "index_copy",
        "index_reduce_mean", "index_reduce_prod", "index_reduce_amin", "index_reduce_amax", "nn_functional_embedding",
        "_segment_reduce_lengths", "addmv", "kthvalue", "nn_functional_binary_cross_entropy_with_logits", "mode", "put", "multinomial",
        "histogram", "histogramdd", "nn_functional_embedding_bag", "nn_functional_multi_head_attention_forward", "repeat_interleave",
        "_segment_reduce_offsets")},
    **{(f"fft_{name}", "empty"): "PyTorch's transforms refuse a batch of none; here the result is empty" for name in (
        f"{kind}{times}" for kind in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft") for times in ("", "2", "n"))},
    **{(f"nn_functional_multi{name}margin_loss", "empty"): "PyTorch's loss of nothing is whatever memory holds"
       for name in ("_", "label_")},
    ("nn_functional_pixel_unshuffle", "empty"): "of no images PyTorch returns the shape given; here the channels are more, as of any other",
    **{(name, "empty"): "PyTorch wants an element where nothing is asked of it; here the result is empty" for name in (
        "index_put", "unique", "unique_consecutive", "linalg_ldl_solve")},
    ("nn_functional_scaled_dot_product_attention", "empty"): "PyTorch does not look whether a mask fits where there is nothing to mask",
    ("multinomial", "layouts"): "PyTorch draws in the order of memory; here in that of the elements",
    **{(name, "empty"): "a matrix that is empty and not square is refused here" for name in (
        "cholesky", "linalg_matrix_rank_hermitian", "linalg_pinv_hermitian")},
    **{(name, "empty"): "shows the memory itself, of which nothing has crossed over" for name in ("as_strided_partial_views", "resize_")},
    **{(name, "out="): "PyTorch leaves `out` unwritten where one dimension alone is transformed" for name in ("fft_ihfft2", "fft_ihfftn")},
}
"""Single checks that are not made, and why: name and kind of check."""

LOOSE: dict[str, float] = {"special.bessel_??": 1e-4, "special.airy_ai": 1e-4, "matrix_exp": 1e-3, "linalg.matrix_exp": 1e-3, "cov": 1e-3,
                           "nn.functional.multi_head_attention_forward": 1e-3}
"""Relative tolerances where PyTorch itself is off by more: its Bessel functions in double precision are right to 5 to 7 digits, its
matrix exponential in single precision to 3 where matrices are large, the weights of `cov` are float32 beside float64 data, and the
logits of the samples for attention reach some hundreds, by which softmax multiplies the last digit of single precision."""


LOOSENED = (
    "`linalg.svd`, `svd`, `linalg.eigh`, `linalg.eig`, `linalg.qr`, `qr`, `svd_lowrank` and `pca_lowrank` are unique up to "
    "signs or phases: compared after PyTorch's own `output_process_fn_grad`",
    "`kthvalue`, `topk`, `mode` and `sort` of integers and booleans may take any of equal elements: in the place of the indices the "
    "elements at them are compared",
    "`argsort` of booleans is not compared (all ties)",
    "`empty`, `empty_like`, `new_empty`, `new_empty_strided`, `empty_strided`, `empty_permuted`: shapes and dtypes only",
    "`optim.Muon` to 0.03, since PyTorch multiplies its matrices in bfloat16",
    "NotImplementedError in the place of a RuntimeError counts as the same class, as it is a subclass",
    "writing into memory that overlaps is an error in PyTorch where the result could depend on the order; where the order is kept here "
    "no error is asked for",
    "samples with more than 2,000,000 elements are left out, and of each name and dtype those after the first 400",
)
"""Where a check asks for less than equality, and how much less."""


ROUNDED: dict[str, int] = {"nn.functional.soft_margin_loss": 10_000, "matrix_exp": 10_000, "linalg.matrix_exp": 10_000,
                           "linalg.vector_norm": 1000, "norm": 1000, "histc": 1000, "nn.functional.grid_sample": 16, "special.i0e": 8,
                           "nn.functional.conv3d": 4, "nn.functional.triplet_margin*": 4, "std*": 4, "var*": 4, "logspace": 4,
                           "div": 8, "special.ndtr": 8,
                           "nn.functional.normalize": 32, "nn.functional.hinge_embedding_loss": 16,
                           "nn.functional.scaled_dot_product_attention": 16}
"""How many units in the last place 16-bit floats may be off instead of one, where PyTorch rounds between its steps (or we do)."""


def units(name: str) -> int:
    """The tolerance for 16-bit floats of an operation, in units in the last place."""
    return next((n for pattern, n in ROUNDED.items() if fnmatchcase(name, pattern)), 1)


SINGULAR = "matrices of equal rows are singular, and what comes of them is chance"
WRITES = "writes into the operand or into running statistics, which have no memory of their own then: both refuse"
NOT_LAID_OUT: dict[tuple[str, str], str] = {
    **{(name, "repeated"): SINGULAR for name in ("geqrf", "lu", "lu_*", "pinverse", "linalg.*", "svd_lowrank", "pca_lowrank", "logdet",
                                               "cholesky*")},
    **{(name, "repeated"): WRITES for name in ("cauchy", "exponential", "geometric", "log_normal", "normal", "uniform", "bernoulli",
                                               "nn.functional.batch_norm", "nn.functional.instance_norm", "nn.functional.embedding*")},
    ("as_strided*", "*"): "reads the memory itself, which lies otherwise there",
    ("resize_*", "*"): "shows the memory itself, which lies otherwise there",
    ("_segment_reduce", "repeated"): "the lengths no longer add up",
    ("view*", "repeated"): "PyTorch is given a copy, of which there are other views",
}
"""Layouts that are not compared, and why."""


def out_of_layouts(name: str, layout: str) -> bool:
    """Whether a layout of an operation's samples is not compared."""
    return any(fnmatchcase(name, pattern) and which in (layout, "*") for pattern, which in NOT_LAID_OUT)


def tolerance(name: str) -> float:
    """The relative tolerance for an operation, 0 where that of the dtype holds."""
    return next((r for pattern, r in LOOSE.items() if fnmatchcase(name, pattern)), 0.0)


def out_of_scope(name: str) -> str | None:
    """The reason why an operation is not compared; None where it is."""
    return next((reason for reason, patterns in REASONS.items() if any(fnmatchcase(name, p) for p in patterns)), None)
