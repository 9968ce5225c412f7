"""Names of PyTorch that stay out: what each is, what to write instead, and how a program that asks for one is told."""

import functools
import importlib
import re
import sys
from collections.abc import Callable, Sequence
from fnmatch import translate
from importlib.machinery import ModuleSpec
from typing import Any

from steepest.errors import asked, text

ROWS = {
    "outside": (
        "{name} is out of scope here ({reason}): {instead}",
        "{name} 不在本库的范围内（{reason}）：{instead}"),
}
JIT = "programs are compiled as they are", "write torch.compile(function), or run with `steepest run`"
QUANTISED = "integers in the place of weights", "keep the model in float32, or save it with .half()"
SPARSE = "sparse layouts beyond coordinates", "write torch.sparse_coo_tensor, or x.to_dense()"
MACHINES = "one computer without accelerators", "leave the line out, or ask torch.cuda.is_available() first"
NESTED = "a prototype in PyTorch", "pad with nn.utils.rnn.pad_sequence and give attention a mask"
PROTOTYPE = "a prototype in PyTorch", "write the functions that it fuses, such as F.cross_entropy(F.linear(x, w), y) or scatter_reduce"
EXPORT = "a format of PyTorch's own compiler", "write torch.save(model.state_dict(), path)"
PROFILING = "other tools see Python programs better", "write python -m cProfile, or time.perf_counter()"
HUB = "models from the network, which run code of their own", "get the file with urllib.request.urlretrieve and torch.load it"
NAMES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("package", "nativert"), JIT),
    **dict.fromkeys(("quantize_per_tensor", "quantize_per_channel", "quantize_per_tensor_dynamic", "dequantize",
                     "qint8", "quint8", "qint32", "fake_quantize_per_tensor_affine"), QUANTISED),
    **dict.fromkeys(("sparse_csr_tensor", "sparse_csc_tensor", "sparse_bsr_tensor", "sparse_compressed_tensor"), SPARSE),
    **dict.fromkeys(("mtia", "numa"), MACHINES),
    **dict.fromkeys(("nested", "masked", "contrib"), NESTED),
    **dict.fromkeys(("export", "classes"), EXPORT),
    **dict.fromkeys(("monitor",), PROFILING),
}
"""Reason, and what to write instead."""
DTYPES: dict[str, tuple[str, str]] = {
    "complex32": ("half-precision complex numbers", "write torch.complex64"),
    **dict.fromkeys(("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2"),
                    ("8-bit numbers need matrix units", "write torch.bfloat16")),
    "uint16": ("PyTorch has few operations for it", "write torch.int32"),
    **dict.fromkeys(("uint32", "uint64"), ("PyTorch has few operations for it", "write torch.int64")),
}
"""The same for dtypes that can be named, and that no tensor has."""

INTERNAL = "an inner function of PyTorch's own, not documented", "write the function of torch or torch.nn.functional that calls it"
SYMBOLIC = "sizes are numbers here, never symbols", "write an int"
STORAGES = "storages of dtypes that stay out, and the classes below storages", "write x.untyped_storage()"
REMOVED = "removed from PyTorch, where calling it is an error, too", "write the function of torch.linalg"
DISPATCHING = "classes take part in functions, not in what these are made of", "write __torch_function__ in the place of __torch_dispatch__"
BITS = "numbers of fewer than eight bits need other machines", "write torch.uint8"
SUITE = "text of PyTorch's own documentation, or a name that it imports", "leave the line out"
LEFT: dict[str, dict[tuple[str, str], str]] = {
    "torch": {
        JIT: """*Type AliasDb Argument ArgumentSpec Benchmark* Block CallStack Capsule Code CompilationUnit CompleteArgumentSpec
            ConcreteModuleType* DeepCopyMemoTable *StorageContext ErrorReport ExecutionPlan FatalError FileCheck FunctionSchema Gradient Graph
            GraphExecutorState IODescriptor JITException LiteScriptModule LockingLogger LoggerBase Node NoopLogger OperatorInfo PyTorchFile*
            Script* StaticModule ThroughputBenchmark TracingState Type Use Value import_ir_module* merge_type_from_type_comment parse_* fork wait
            AggregationType AVG SUM BufferDict ModuleDict ParameterDict unify_type_list Tag""",
        SYMBOLIC: "sym_*",
        STORAGES: "Q*Storage StorageBase DeserializationStorageContext",
        QUANTISED: """*quantize* *quantized* int_repr q_* qscheme per_channel_* per_tensor_* quint* fused_moving_avg_obs_fake_quant fbgemm_*
            empty_quantized choose_qparams_optimized""",
        SPARSE: """*_indices_copy ccol_indices_copy indices_copy values_copy sparse_* hsmm hspmm saddmm smm sspaddmm
            resize_as_sparse_""",
        MACHINES: """cudnn_* miopen_* mkldnn_* cpp is_vulkan_available profiler_allow_* *autocast_ipu* *autocast_xla* set_autocast_gpu_dtype""",
        DISPATCHING: "DispatchKey* ExcludeDispatchKeyGuard PRIVATE_OPS",
        BITS: "bit bits* int1 int2 int3 int4 int5 int6 int7 uint1 uint2 uint3 uint4 uint5 uint6 uint7",
        REMOVED: "eig symeig lstsq matrix_rank solve",
        INTERNAL: """affine_grid_generator autocast_*_nesting batch_norm_* convolution constant_pad_nd embedding_renorm_ frobenius_norm
            grid_sampler* gru gru_cell lstm lstm_cell rnn_* native_* norm_except_dim hash_tensor slice_copy slice_inverse init_num_threads
            get_file_path prepare_multiprocessing_environment compiled_with_cxx11_abi has_lapack has_mkl has_openmp has_spectral classproperty
            thread_safe_generator USE_* windows Storage""",
        NESTED: "jagged",
        ("half-precision complex numbers", "write torch.complex64"): "chalf",
    },
    "torch.Tensor": {
        SPARSE: """ccol_indices coalesce col_indices crow_indices row_indices indices values dense_dim sparse_dim sparse_mask
            sparse_resize_ sparse_resize_and_clear_ smm sspaddmm to_sparse_bsc to_sparse_bsr to_sparse_csc to_sparse_csr
            resize_as_sparse_""",
        QUANTISED: "dequantize int_repr q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point qscheme",
        MACHINES: "ipu mtia xpu record_stream to_mkldnn",
        REMOVED: "eig lstsq symeig solve resize resize_as reinforce volatile",
        NESTED: "to_padded_tensor",
        ("half-precision complex numbers", "write x.to(torch.complex64)"): "chalf",
        INTERNAL: "hash_tensor index map2_ slice_inverse grad_dtype",
    },
    "torch.nn": {
        QUANTISED: "intrinsic qat quantizable quantized",
        INTERNAL: "factory_kwargs Container backends cpp",
    },
    "torch.nn.functional": {
        SUITE: "BroadcastingList* DType GRID_* Tensor *_notes grad",
        PROTOTYPE: "grouped_mm scaled_* ScalingType SwizzleType",
        INTERNAL: "assert_int_or_pair boolean_dispatch",
    },
    "torch.linalg": {SUITE: "common_notes"},
    "torch.special": {SUITE: "Tensor common_args multi_dim_common"},
    "torch.fft": {SUITE: "Tensor common_args factory_common_args"},
    "torch.optim": {INTERNAL: "swap_in_optimizer_params_and_state"},
    "torch.optim.lr_scheduler": {SUITE: "EPOCH_DEPRECATION_WARNING Optimizer Tensor bisect_right inf"},
    "torch.autograd": {PROFILING: "Profiler* DeviceType kineto_available profiler_legacy",
                       INTERNAL: "NestedIOFunction SavedTensor enforce_grad_layout_policy is_view_replay_enabled"},
    "torch.autograd.functional": {SUITE: "fwAD"},
    "torch.autograd.graph": {SUITE: "TorchDispatchMode Variable log",
                             MACHINES: "set_override_stale_capture_stream set_warn_on_accumulate_grad_stream_mismatch",
                             JIT: "region_activation_memory_budget"},
    "torch.func": {INTERNAL: "debug_unwrap rearrange"},
    "torch.utils.data": {("pipes are deprecated in PyTorch", "write an IterableDataset"): """*DataPipe DataChunk functional_datapipe datapipes graph
        graph_settings guaranteed_datapipes_determinism non_deterministic runtime_validation* argument_validation backward_compatibility"""},
    "torch.nn.utils.rnn": {SUITE: "bind copy_method_params"},
    "torch.nn.utils.stateless": {INTERNAL: "NamedMemberAccessor"},
    "torch.random": {INTERNAL: "thread_safe_generator"},
    "torch.nn.utils.parametrize": {DISPATCHING: "OpaqueBase is_opaque_reference_type is_traceable_wrapper_subclass",
                                   INTERNAL: "get_swap_module_params_on_conversion transfer_parametrizations_and_params"},
    "torch.nn.utils.parametrizations": {SUITE: "parametrize"},
    "torch.distributions.transforms": {SUITE: "Distribution F Tensor broadcast_all constraints lazy_property pad softplus *_mat*"},
    "torch.distributions.kl": {SUITE: "Tensor"},
    "torch.distributions.utils": {SUITE: "Tensor euler_constant F SymInt is_tensor_like"},
    "torch.signal.windows": {SUITE: "windows"},
    "torch.nn.modules": {INTERNAL: "Container linear_cross_entropy*"},
    "torch.nn.parallel": {MACHINES: "DistributedDataParallelCPU comm gather parallel_apply replicate scatter*"},
    "torch.nn.attention": {MACHINES: "SDPAParams WARN_FOR_UNFUSED_KERNELS *flash_attention* can_use_* warn",
                           PROTOTYPE: "experimental varlen"},
    "torch.nn.grad": {},
    "torch.nn.parameter": {},
    "torch.nn.utils.clip_grad": {},
    "torch.nn.utils.convert_parameters": {},
    "torch.nn.utils.fusion": {},
    "torch.nn.utils.memory_format": {},
    "torch.optim.optimizer": {SUITE: "Args DeviceDict DeviceDtypeDict Indices Kwargs StateDict TensorListList hooks"},
    "torch.autograd.function": {INTERNAL: """AUTOGRAD_FUNCTION_COUNTER BackwardCFunction FunctionMeta NestedIOFunction
        custom_function_call hooks"""},
    "torch.autograd.grad_mode": {INTERNAL: "enforce_grad_layout_policy"},
    "torch.autograd.variable": {INTERNAL: "ImperativeEngine VariableMeta"},
    "torch.cuda": {MACHINES: """*Storage CUDA* CudaError DEVICE_REQUIREMENT DeferredCudaCallError ExternalStream GreenContext MemPool
        PYTORCH_RELEASES_CODE_CC caching_allocator_* can_device_access_peer change_current_allocator check_error classproperty clock_rate comm
        cuda* current_blas_handle current_solver_handle device device_memory_used device_of gds get_allocator_backend
        get_per_process_memory_fraction get_stream_from_external get_sync_debug_mode graph_* graphs green_contexts *host_memory_stats*
        is_current_stream_capturing jiterator list_gpu_processes make_graphed_callables memory memory_snapshot memory_usage nccl
        power_draw profiler random set_per_process_memory_fraction set_stream set_sync_debug_mode sparse streams temperature
        tunable use_mem_pool utilization"""},
    "torch.cuda.amp": {MACHINES: "amp_definitely_not_available", INTERNAL: "autocast_mode common grad_scaler"},
    "torch.cpu": {SUITE: "MappingProxyType", MACHINES: "Event StreamContext get_capabilities"},
    "torch.cpu.amp": {INTERNAL: "autocast_mode grad_scaler"},
    "torch.amp": {},
    "torch.accelerator": {MACHINES: """Graph* graphs current_device_idx current_device_index current_stream device_index get_device_capability
        get_memory_info memory memory_stats set_device_idx set_device_index set_stream"""},
    "torch.mps": {MACHINES: """Event Tensor compile_shader *_allocated_memory empty_cache event *_rng_state load_metallib manual_seed profiler
        recommended_max_memory seed set_per_process_memory_fraction synchronize"""},
    "torch.backends": {MACHINES: "cusparselt kleidiai m miopen python_native xeon xnnpack"},
    "torch.backends.cpu": {},
    "torch.backends.cuda": {MACHINES: """SDPAParams *_workspace_size can_use_* cuBLASModule cuFFT* cufft_plan_cache preferred_*"""},
    "torch.backends.cudnn": {SUITE: "m", MACHINES: "rnn"},
    "torch.backends.mha": {},
    "torch.backends.mkl": {},
    "torch.backends.mkldnn": {SUITE: "m"},
    "torch.backends.mps": {MACHINES: "get_core_count get_name is_macos_or_newer"},
    "torch.backends.nnpack": {INTERNAL: "ContextProp PropModule"},
    "torch.backends.openmp": {},
    "torch.backends.opt_einsum": {SUITE: "m"},
    "torch.backends.quantized": {SUITE: "m"},
    "torch.version": {},
    "torch.distributed": {MACHINES: "*"},
    "torch.hub": {HUB: "load list help", INTERNAL: """DEFAULT_CACHE_DIR ENV_* HTTPError MODULE_HUBCONF READ_DATA_CHUNK Request
        URLError VAR_DEPENDENCY urlopen"""},
    "torch.jit": {JIT: "*"},
    "torch.compiler": {JIT: """CacheInfo NestedCompileRegionOptions config get_default_backend keep_*_guards_unsafe *_cache_artifacts
        load_compiled_function nested_compile_region set_default_backend set_enable_guard_collectives skip_* wrap_numpy"""},
    "torch.multiprocessing": {INTERNAL: """ENV_VAR_PARALLEL_START ProcessExitedException SpawnContext init_reductions reductions start_processes pool
        queue"""},
    "torch.return_types": {INTERNAL: "*_out all_return_types name pytree_register_structseq register_pytree_node SequenceKey"},
    "torch.serialization": {MACHINES: "validate_*", STORAGES: "Storage* storage_to_tensor_type STORAGE_KEY_SEPARATOR normalize_storage_type",
        INTERNAL: """INT_SIZE IS_WINDOWS LONG_SIZE LoadEndianness MAGIC_NUMBER MAP_* PROTOCOL_VERSION SHORT_SIZE SourceChangeWarning
            UNSAFE_MESSAGE check_module_version_greater_or_equal default_restore_location get_source_lines_and_file location_tag mkdtemp
            register_package skip_data"""},
    "torch.testing": {JIT: "FileCheck"},
    "torch.nn.attention.flex_attention": {
        INTERNAL: "GetAttrKey TreeSpec flex_attention_hop setup_compilation_env tree_flatten tree_map_only tree_unflatten"},
    "torch.fx": {INTERNAL: "ProxyableClassMeta annotate config operator_schemas tensor_type traceback"},
    "torch.types": {SYMBOLIC: "Sym* py_sym_types", DISPATCHING: "DispatchKey"},
    "torch.utils": {PROFILING: "ThroughputBenchmark debug_log show_pickle module_tracker throughput_benchmark viz",
        EXPORT: "bundled_inputs mobile_optimizer model_dump",
        ("extensions in C++ are written for PyTorch's own tensors", "write the function in Python and give it to torch.compile"):
            "cmake_prefix_path cpp_*",
        INTERNAL: """backcompat backend_registration generate_methods_for_privateuse1_backend get_cpp_backtrace rename_privateuse1_backend
            set_module weak hipify jit mkldnn serialization file_baton"""},
    "torch.utils.checkpoint": {
        MACHINES: "DefaultDeviceType", SUITE: "tree_map",
        INTERNAL: """CheckpointFunction GraphExecGroup SAC_IGNORED_OPS LoggingTensorMode SavedTensor Text TorchDispatchMode capture_logs
            check_backward_validity detach_variable fx_traceback set_checkpoint_early_stop"""},
    "torch.utils.data.dataloader": {INTERNAL: "ExceptionWrapper *DataPipe dist logger"},
    "torch.utils.data.dataset": {SUITE: "Generator Tensor default_generator randperm"},
    "torch.utils.data.distributed": {INTERNAL: "dist"},
    "torch.utils.data.sampler": {},
    "torch.utils.data._utils.collate": {},
    "torch.utils.deterministic": {},
    "torch.utils.dlpack": {INTERNAL: "DLDeviceType"},
    "torch.utils.hooks": {INTERNAL: "BackwardHook unserializable_hook warn_if_has_hooks"},
    "torch.utils.tensorboard": {INTERNAL: "FileWriter RecordWriter summary"},
    "torch.utils._pytree": {INTERNAL: """BUILTIN_TYPES CONSTANT_NODES ConstantNode DEFAULT_* EnumEncoder KeyEntry Py_* log KeyPath NO_*
        SERIALIZED_* STANDARD_DICT_TYPES SUPPORTED_SERIALIZED_TYPES Type? enum_object_hook is_* map_only *_str *_to_pytree
        register_constant register_dataclass structseq treespec_d* treespec_l* treespec_p* treespec_t*"""},
}
"""What else stays out, by module: reason and what to write instead, and the names or patterns of names."""


@functools.cache
def _patterns(module: str) -> list[tuple[re.Pattern[str], tuple[str, str]]]:
    """The rows of a module, each as one expression."""
    return [(re.compile("|".join(translate(p) for p in names.split())), reason) for reason, names in LEFT.get(module, {}).items()]


def why(module: str, name: str) -> tuple[str, str] | None:
    """Reason, and what to write instead of a name of a module; None where it is not on the list."""
    if module == "torch" and name in NAMES | DTYPES:
        return (NAMES | DTYPES)[name]
    return next((reason for pattern, reason in _patterns(module) if pattern.match(name)), None)


def listed(module: str) -> list[str]:
    """The names on the list of a module, patterns left out."""
    return [name for names in LEFT[module].values() for name in names.split() if "*" not in name]


def told(module: str, name: str) -> str | None:
    """What a program is told that asks module `torch.X` for a name; None where it is not on the list."""
    found = why(module, name)
    return found and text("outside", name=f"{module}.{name}", reason=found[0], instead=found[1])


def explain(own: str) -> Callable[[str], Any]:
    """Give the module called `own` a `__getattr__` that says why a name is not there, by an AttributeError; also returned."""
    module = own.replace("steepest", "torch", 1)

    def look(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module '{own}' has no attribute '{name}'", name=name)
        if name in asked.names(module):
            return asked.value(module, name)
        if (function := asked.inner(module, name)) is not None:
            return function
        if asked.listed(f"{module}.{name}") or not module.startswith(asked.TREES) and asked.known(f"{module}.{name}"):
            return importlib.import_module(f"{own}.{name}")
        if module.startswith(asked.TREES):
            return asked.value(module, name)
        raise AttributeError(told(module, name) or f"module '{own}' has no attribute '{name}'", name=name)

    # `from module import name` asks the finder below only about names of packages
    for name, value in (("__getattr__", look), ("__path__", [])):
        sys.modules[own].__dict__.setdefault(name, value)
    return look


class Finder:
    """Stands last among the finders of `import`: makes modules that programs only ask about (`asked`), and for others that stay out,
    or names in one, gives the ImportError that says why.
    """

    @staticmethod
    def find_spec(fullname: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if fullname.startswith("steepest."):
            theirs = fullname.replace("steepest", "torch", 1)
            if asked.known(theirs):
                return ModuleSpec(fullname, asked.Maker(), is_package=True)
            module, _, name = theirs.rpartition(".")
            said = told(module, name)
            if said is not None:
                raise ImportError(said, name=fullname)
        return None
