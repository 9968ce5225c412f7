"""Names of PyTorch that stay out: what each is, and what to write instead."""

from fnmatch import fnmatchcase

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
PROTOTYPE = "a prototype in PyTorch", "write the functions that it fuses, such as F.cross_entropy(F.linear(x, w), y) or scatter_reduce"
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

INTERNAL = "an inner function of PyTorch's own, not documented", "write the function of torch or torch.nn.functional that calls it"
SYMBOLIC = "sizes are numbers here, never symbols", "write an int"
STORAGES = "memory is typed by its tensor", "write x.untyped_storage()"
REMOVED = "removed from PyTorch, where calling it is an error, too", "write the function of torch.linalg"
OVERRIDING = "tensors of other classes do not intercept functions", "write a function, or a module, around the call"
BITS = "numbers of fewer than eight bits need other machines", "write torch.uint8"
SUITE = "text of PyTorch's own documentation, or a name that it imports", "leave the line out"
LEFT: dict[str, dict[tuple[str, str], str]] = {
    "torch": {
        JIT: """*Type AliasDb Argument ArgumentSpec Benchmark* Block CallStack Capsule Code CompilationUnit CompleteArgumentSpec
            ConcreteModuleType* DeepCopyMemoTable *StorageContext ErrorReport ExecutionPlan FatalError FileCheck FunctionSchema Gradient Graph
            GraphExecutorState IODescriptor JITException LiteScriptModule LockingLogger LoggerBase Node NoopLogger OperatorInfo PyTorchFile*
            Script* StaticModule ThroughputBenchmark TracingState Type Use Value import_ir_module* merge_type_from_type_comment parse_* fork wait
            AggregationType AVG SUM BufferDict ModuleDict ParameterDict Future unify_type_list while_loop Tag""",
        SYMBOLIC: "Sym* sym_*",
        STORAGES: "*Storage StorageBase is_storage storage DeserializationStorageContext",
        QUANTISED: """*quantize* *quantized* int_repr q_* qscheme per_channel_* per_tensor_* quint* fused_moving_avg_obs_fake_quant fbgemm_*
            empty_quantized choose_qparams_optimized""",
        SPARSE: """*_indices_copy ccol_indices_copy indices_copy values_copy sparse_* dsmm hsmm hspmm saddmm smm spmm sspaddmm
            resize_as_sparse_""",
        MACHINES: """cudnn_* miopen_* mkldnn_* mps cpp is_vulkan_available profiler_allow_* *autocast_ipu* *autocast_xla* set_autocast_*dtype
            set_autocast_cpu_enabled set_autocast_gpu_dtype""",
        OVERRIDING: "DisableTorchFunction* overrides DispatchKey* ExcludeDispatchKeyGuard PRIVATE_OPS",
        BITS: "bit bits* int1 int2 int3 int4 int5 int6 int7 uint1 uint2 uint3 uint4 uint5 uint6 uint7 float4_* float8_*",
        REMOVED: "eig symeig lstsq matrix_rank solve",
        INTERNAL: """affine_grid_generator autocast_*_nesting batch_norm_* convolution constant_pad_nd embedding_renorm_ frobenius_norm
            grid_sampler* gru gru_cell lstm lstm_cell rnn_* native_* norm_except_dim hash_tensor slice_copy slice_inverse init_num_threads
            get_file_path prepare_multiprocessing_environment compiled_with_cxx11_abi has_lapack has_mkl has_openmp has_spectral classproperty
            torch_version thread_safe_generator return_types USE_* TYPE_CHECKING torch windows""",
        NESTED: "jagged",
        PROTOTYPE: "segment_reduce",
        ("half-precision complex numbers", "write torch.complex64"): "chalf",
        ("one order of images in memory", "write torch.channels_last"): "channels_last_3d legacy_contiguous_format",
        ("a solver for matrices too large to be dense", "write torch.linalg.eigh"): "lobpcg",
        ("needs tables of 21,201 polynomials", "write scipy.stats.qmc.Sobol and torch.from_numpy"): "quasirandom",
    },
    "torch.Tensor": {
        SPARSE: """ccol_indices coalesce col_indices crow_indices row_indices indices values dense_dim sparse_* smm sspaddmm to_sparse*
            resize_as_sparse_""",
        QUANTISED: "dequantize int_repr q_* qscheme",
        MACHINES: "ipu mtia xpu record_stream to_mkldnn",
        REMOVED: "eig lstsq symeig solve resize resize_as reinforce volatile new storage_type",
        STORAGES: "storage",
        OVERRIDING: "as_subclass",
        NESTED: "to_padded_tensor",
        ("half-precision complex numbers", "write x.to(torch.complex64)"): "chalf",
        INTERNAL: "hash_tensor index map2_ slice_inverse grad_dtype",
    },
    "torch.nn": {
        QUANTISED: "intrinsic qat quantizable quantized",
        PROTOTYPE: "LinearCrossEntropy*",
        INTERNAL: "factory_kwargs Container grad",
    },
    "torch.nn.functional": {
        SUITE: "BroadcastingList* DType GRID_* TYPE_CHECKING Tensor *_notes torch grad",
        OVERRIDING: "handle_torch_function has_torch_function*",
        PROTOTYPE: "grouped_mm linear_cross_entropy scaled_* ScalingType SwizzleType",
        INTERNAL: "assert_int_or_pair boolean_dispatch",
    },
    "torch.nn.init": {SUITE: "torch"},
    "torch.linalg": {("LAPACK's Bunch-Kaufman factors, which NumPy does not give", "write linalg.solve or linalg.lu_factor"): "ldl_*",
                     SUITE: "common_notes"},
    "torch.special": {SUITE: "Tensor common_args multi_dim_common torch"},
    "torch.fft": {SUITE: "Tensor common_args factory_common_args torch"},
    "torch.optim": {INTERNAL: "swap_in_optimizer_params_and_state"},
    "torch.optim.lr_scheduler": {SUITE: "EPOCH_DEPRECATION_WARNING Optimizer TYPE_CHECKING Tensor bisect_right inf"},
    "torch.optim.swa_utils": {SUITE: "TYPE_CHECKING torch"},
    "torch.autograd": {PROFILING: "Profiler* DeviceType kineto_available profiler*",
                       OVERRIDING: "handle_torch_function has_torch_function is_tensor_like",
                       INTERNAL: "NestedIOFunction SavedTensor enforce_grad_layout_policy is_view_replay_enabled variable torch"},
    "torch.autograd.functional": {SUITE: "fwAD torch"},
    "torch.autograd.graph": {SUITE: "TYPE_CHECKING TorchDispatchMode Variable log torch",
                             MACHINES: "set_override_stale_capture_stream set_warn_on_accumulate_grad_stream_mismatch",
                             JIT: "region_activation_memory_budget"},
    "torch.autograd.forward_ad": {SUITE: "torch"},
    "torch.func": {JIT: "functionalize", INTERNAL: "debug_unwrap rearrange"},
    "torch.utils.data": {("pipes are deprecated in PyTorch", "write an IterableDataset"): """*DataPipe DataChunk functional_datapipe datapipes graph
        graph_settings guaranteed_datapipes_determinism non_deterministic runtime_validation* argument_validation distributed"""},
    "torch.nn.utils.rnn": {SUITE: "bind copy_method_params torch"},
    "torch.nn.utils.stateless": {INTERNAL: "NamedMemberAccessor torch"},
    "torch.random": {INTERNAL: "TYPE_CHECKING thread_safe_generator torch"},
    "torch.nn.utils.parametrize": {OVERRIDING: "OpaqueBase is_opaque_reference_type is_traceable_wrapper_subclass",
                                   INTERNAL: "get_swap_module_params_on_conversion transfer_parametrizations_and_params torch"},
    "torch.nn.utils.parametrizations": {SUITE: "parametrize torch"},
    "torch.nn.utils.prune": {SUITE: "torch"},
    "torch.distributions.transforms": {SUITE: "Distribution F Tensor broadcast_all constraints lazy_property pad softplus torch *_mat*"},
    "torch.distributions.constraints": {SUITE: "torch"},
    "torch.distributions.kl": {SUITE: "Tensor torch"},
    "torch.distributions.utils": {SUITE: "Tensor euler_constant F R SymInt T is_tensor_like torch"},
    "torch.signal.windows": {SUITE: "windows"},
}
"""What else stays out, by module: reason and what to write instead, and the names or patterns of names."""


def why(module: str, name: str) -> tuple[str, str] | None:
    """Reason, and what to write instead of a name of a module; None where it is not on the list."""
    if module == "torch" and name in NAMES:
        return NAMES[name]
    for reason, patterns in LEFT.get(module, {}).items():
        if any(fnmatchcase(name, pattern) for pattern in patterns.split()):
            return reason
    return None
