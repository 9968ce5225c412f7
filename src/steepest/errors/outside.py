"""Names of PyTorch that stay out: what each is, and what to write instead."""

ROWS = {
    "outside": (
        "torch.{name} is out of scope here ({reason}): {instead}",
        "torch.{name} 不在本库的范围内（{reason}）：{instead}"),
}
JIT = "programs are compiled as they are", "write torch.compile(function), or run with `steepest run`"
QUANTISED = "integers in the place of weights", "keep the model in float32, or save it with .half()"
SPARSE = "sparse layouts beyond gradients of embeddings", "write x.to_dense(), or nn.Embedding(..., sparse=True) with SparseAdam"
MACHINES = "one computer without accelerators", "leave the line out, or ask torch.cuda.is_available() first"
NESTED = "a prototype in PyTorch", "pad with nn.utils.rnn.pad_sequence and give attention a mask"
EXPORT = "a format of PyTorch's own compiler", "write torch.save(model.state_dict(), path)"
PROFILING = "other tools see Python programs better", "write python -m cProfile, or time.perf_counter()"
NAMES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("jit", "ScriptModule", "ScriptFunction", "fx", "package"), JIT),
    **dict.fromkeys(("quantization", "ao", "quantize_per_tensor", "quantize_per_channel", "quantize_per_tensor_dynamic", "dequantize",
                     "qint8", "quint8", "qint32", "fake_quantize_per_tensor_affine"), QUANTISED),
    **dict.fromkeys(("sparse", "sparse_coo_tensor", "sparse_csr_tensor", "sparse_csc_tensor", "sparse_bsr_tensor", "sparse_csr",
                     "sparse_compressed_tensor"), SPARSE),
    **dict.fromkeys(("distributed", "xpu", "mtia", "Stream", "Event", "futures"), MACHINES),
    **dict.fromkeys(("nested", "masked"), NESTED),
    **dict.fromkeys(("export", "onnx", "hub", "library", "classes"), EXPORT),
    **dict.fromkeys(("profiler", "monitor"), PROFILING),
    "complex32": ("half-precision complex numbers", "write torch.complex64"),
    "float8_e4m3fn": ("8-bit numbers need matrix units", "write torch.bfloat16"),
    "float8_e5m2": ("8-bit numbers need matrix units", "write torch.bfloat16"),
    "uint16": ("PyTorch has few operations for it", "write torch.int32"),
    "uint32": ("PyTorch has few operations for it", "write torch.int64"),
    "uint64": ("PyTorch has few operations for it", "write torch.int64"),
}
"""Reason, and what to write instead."""
