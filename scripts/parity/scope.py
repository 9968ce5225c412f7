"""What of torch's own sample inputs is out of scope, and why; printed into the page of the scoreboard."""

from fnmatch import fnmatchcase

from crossing import Loose

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


OTHER_CLASS = "both refuse, by errors of different classes", "empty: [!n]* raised, not *"
EMPTY_HERE = "PyTorch refuses; here the result is empty", "*nothing raised, not RuntimeError"
MEMORY = "the elements are whatever memory holds in PyTorch", "*elements, first *"
POLES = ("at the poles the function is infinite here; PyTorch's reflection formula is finite there, whatever the rounding",
         "*first np.float32(inf), not *")
EXCEPTIONS: dict[tuple[str, str], tuple[str, str]] = {
    ("as_strided_scatter", "gradients"): (
        "PyTorch hands the gradient of the elements that are overwritten to `input` and drops that of the others, so that its own "
        "`gradcheck` fails; here it is right", "*: [[]0] *"),
    ("logcumsumexp", "forward"): ("PyTorch's tangents of large complex numbers are NaN", "*not np.complex128(nan+nanj)"),
    ("as_strided_partial_views", "forward"): ("looks at the memory around an operand, which the tangent has not here", "*: *"),
    ("as_strided_scatter", "16-bit gradients"): ("see its gradients", "*: [[]0] *"),
    **{(f"nn_functional_linear_cross_entropy_chunked{kind}", "second"): (
        "PyTorch's path in chunks has a second derivative of zero; here it is that of the whole", "*not np.float64(0.0)")
       for kind in ("", "_none")},
    **{(name, "16-bit gradients"): ("half-precision complex numbers", "*NotImplementedError*") for name in ("view_as_complex", "complex")},
    **{(f"polygamma_polygamma_n_{n}", "other dtypes"): POLES for n in range(5)},
    ("special_polygamma_special_polygamma_n_0", "other dtypes"): POLES,
    **{(f"fft_{name}", "empty"): EMPTY_HERE for name in (
        f"{kind}{times}" for kind in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft") for times in ("", "2", "n"))},
    **{(name, "empty"): EMPTY_HERE for name in ("index_put", "unique", "unique_consecutive", "linalg_ldl_solve")},
    **{(f"nn_functional_multi{name}margin_loss", "empty"): MEMORY for name in ("_", "label_")},
    **{(f"nn_functional_{name}", "layouts"): (
        "writes into running statistics or rows of weights whose elements are one place, which is refused here",
        "repeated: *unsupported operation: *") for name in ("embedding", "embedding_bag", "batch_norm", "batch_norm_without_cudnn",
                                                            "instance_norm")},
    **{(name, "empty"): OTHER_CLASS for name in (
        "nn_functional_instance_norm", "nn_functional_batch_norm", "nn_functional_batch_norm_without_cudnn", "addmv", "index_reduce_mean",
        "index_reduce_prod", "index_reduce_amin", "index_reduce_amax", "nn_functional_embedding")},
    ("resize_", "empty"): MEMORY,
    ("nn_functional_pixel_unshuffle", "empty"): (
        "of no images PyTorch returns the shape given; here the channels are more, as of any other", "* shape *"),
    ("nn_functional_scaled_dot_product_attention", "empty"): (
        "PyTorch does not look whether a mask fits where there is nothing to mask", "*RuntimeError: The size of tensor *"),
    **{(name, "empty"): ("a matrix that is empty and not square is refused here", "*must be batches of square matrices*") for name in (
        "cholesky", "linalg_matrix_rank_hermitian", "linalg_pinv_hermitian")},
}
"""Single differences that are passed over, and why: name and kind of check, and the pattern of what is told of them."""


def passed_over(name: str, kind: str, told: str) -> bool:
    """Whether a difference is one of those."""
    return fnmatchcase(told, EXCEPTIONS.get((name, kind), ("", ""))[1])


NOT_BATCHED: dict[str, str] = {
    "normal_in_place": "PyTorch draws in another order where a batch lies behind",
    "resize_": "makes room anew, which a part of a batch cannot",
    "argwhere": "as many rows as there are non-zero elements: examples differ",
    **dict.fromkeys(("svd_lowrank", "pca_lowrank", "linalg.eig", "linalg.eigh"), "unique up to signs or phases"),
    "linalg.cholesky_ex": "no number of a matrix that is not positive definite is promised",
}
"""What is not compared under `vmap`, and why."""


LOOSE: dict[str, Loose] = {
    **{f"special.bessel_{kind}": Loose("float64", relative=1e-5) for kind in ("j0", "y1")},
    "matrix_exp": Loose("float32", largest=1e-6),
    "cov": Loose("float32", absolute=2e-4),
    "cov forward": Loose("complex128", relative=1e-5),
    "logcumsumexp forward": Loose("float64 and complex128", relative=1e-5),
    "cholesky_inverse forward": Loose("float64 and complex128", largest=1e-4),
    "nn.functional.multi_head_attention_forward": Loose("float32", relative=3e-4)}
"""Tolerances where PyTorch itself is off by more: its Bessel functions in double precision are right to 5 to 7 digits, its
matrix exponential in single precision is where elements are small beside the largest one, the gradients of float32 weights beside
float64 data in `cov` are differences of larger numbers, and the logits of the samples for attention reach some hundreds, by which softmax
multiplies the last digit of single precision. Tangents of `logcumsumexp` are right to 6 digits there, those of
`cholesky_inverse` beside the largest element."""


LOOSENED = (
    "`linalg.svd`, `svd`, `linalg.eigh`, `linalg.eig`, `linalg.qr`, `qr`, `svd_lowrank` and `pca_lowrank` are unique up to "
    "signs or phases: compared after PyTorch's own `output_process_fn_grad`",
    "`kthvalue`, `topk`, `mode` and `sort` of integers, booleans and 16-bit floats may take any of equal elements: in the place of the "
    "indices the elements at them are compared, and of gradients (of `msort`, too) the sums over equal elements",
    "`argsort` of booleans is not compared (all ties)",
    "`empty`, `empty_like`, `new_empty`, `new_empty_strided`, `empty_strided`, `empty_permuted`: shapes and dtypes only",
    "`optim.Muon` to 0.03, since PyTorch multiplies its matrices in bfloat16",
    "NotImplementedError in the place of a RuntimeError counts as the same class, as it is a subclass",
    "writing into memory that overlaps is an error in PyTorch where the result could depend on the order; where the order is kept here "
    "no error is asked for",
    "samples with more than 2,000,000 elements are left out, and of each name and dtype those after the first 400",
)
"""Where a check asks for less than equality, and how much less."""


ROUNDED: dict[tuple[str, str], int] = {
    ("nn.functional.scaled_dot_product_attention", "16-bit gradients"): 2, ("nn.functional.grid_sample", "16-bit gradients"): 5,
    ("nn.functional.normalize", "16-bit gradients"): 8}
"""How many units in the last place 16-bit floats may be off instead of one (gradients: twice as many), where PyTorch rounds between its
steps, or the true gradient is zero and rounding is all there is."""
OVERFLOWING = ("matrix_exp", "nn.functional.soft_margin_loss")
"""What overflows in PyTorch in 16 bits and is finite here: the elements that are finite there are compared."""
UNWRITTEN_OUT = ("fft.ihfft2", "fft.ihfftn")
"""Where PyTorch leaves `out` unwritten when one dimension alone is transformed: it must hold the result here."""


def units(name: str, kind: str) -> int:
    """The tolerance for 16-bit floats of an operation, in units in the last place."""
    return ROUNDED.get((name, kind), 1)


SINGULAR = "matrices of equal rows are singular, and what comes of them is chance"
NOT_LAID_OUT: dict[tuple[str, str], str] = {
    **{(name, "repeated"): SINGULAR for name in ("geqrf", "lu", "pinverse", "linalg.cholesky_ex", "linalg.inv_ex")},
    ("_segment_reduce", "repeated"): "the lengths no longer add up",
}
"""Layouts that are not compared, and why."""


def out_of_layouts(name: str, layout: str) -> bool:
    """Whether a layout of an operation's samples is not compared."""
    return any(fnmatchcase(name, pattern) and which in (layout, "*") for pattern, which in NOT_LAID_OUT)


def out_of_scope(name: str) -> str | None:
    """The reason why an operation is not compared; None where it is."""
    return next((reason for reason, patterns in REASONS.items() if any(fnmatchcase(name, p) for p in patterns)), None)
