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


EXCEPTIONS: dict[tuple[str, str], str] = {
    ("as_strided_scatter", "gradients"): "PyTorch hands the gradient of the elements that are overwritten to `input` and drops that of the "
    "others, so that its own `gradcheck` fails; here it is right",
    **{(f"nn_functional_linear_cross_entropy_chunked{kind}", "second"): "PyTorch's path in chunks has no second derivative; here it is "
       "that of the whole" for kind in ("", "_none")},
    ("narrow_copy", "errors"): "a dimension that is too large fails an internal assertion of PyTorch (RuntimeError); here it is the "
    "IndexError that `narrow` raises",
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


def tolerance(name: str) -> float:
    """The relative tolerance for an operation, 0 where that of the dtype holds."""
    return next((r for pattern, r in LOOSE.items() if fnmatchcase(name, pattern)), 0.0)


def out_of_scope(name: str) -> str | None:
    """The reason why an operation is not compared; None where it is."""
    return next((reason for reason, patterns in REASONS.items() if any(fnmatchcase(name, p) for p in patterns)), None)
