"""This computer as LLVM sees it, and the way from the text of a module to machine code in memory.

`compile_text` runs a short pass pipeline (the texts are written explicitly: vectors, common subexpressions and unrolling are
ours), writes an object file to the cache on disk and loads it; a second process loads it without optimiser and code generator.
LLVM is imported at the first use. `STEEPEST_MASK=avx512,fma` makes believe that the processor lacks these features.
"""

import ctypes
import functools
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, Literal

from steepest.errors import text
from steepest.lower import cache

__all__ = ["C_FUNCTIONS", "Native", "Passes", "assembly", "clear_cache", "compile_text", "features", "has", "identity", "kept", "processor",
           "width"]

Passes = Literal["thorough", "quick", "unrolled", "packed"]
"""What LLVM does with a text: all passes but those that make vectors; only those that straight-line code needs, in a fifth of the
time (loop invariants stay in loops); more of them, for a step that is one long unrolled body; the same and like operations of such
a body packed into one vector instruction."""

_lock = threading.RLock()

# Masking a feature takes away those that are built on it.
_BUILT_ON = {
    "avx512": ["avx512f"],
    "fma": ["fma", "avx512f"],
    "f16c": ["f16c", "avx512f"],
    "avx2": ["avx2", "avx512f"],
    "avx": ["avx", "avx2", "fma", "f16c", "avx512f"],
    "sse4.1": ["sse4.1", "sse4.2", "avx", "avx2", "fma", "f16c", "avx512f"],
}
# Functions of the C library in float64 that native code may call (`Scalars(library=True)`), by the names that `m` gives them too.
C_FUNCTIONS = frozenset("exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh "
                        "erf erfc pow hypot fmod".split())
_AVX512 = ("avx512f", "avx512vl", "avx512dq", "avx512bw", "avx512cd")


class Unavailable(RuntimeError):
    """There is no LLVM here that makes code for this processor; the text says why and what to install."""


class Native:
    """Machine code of one module, kept on disk as `key`. `address` is the (first) function's; the code lives as long as this object."""

    def __init__(self, engine: Any, names: Sequence[str], key: str) -> None:
        self.engine, self.key = engine, key
        self.addresses = {name: int(engine.get_function_address(name)) for name in names}
        self.address = self.addresses[names[0]]

    def function(self, *kinds: Any, name: str | None = None) -> Callable[..., None]:
        """A ctypes function without result (it releases the GIL) that keeps this code alive."""
        address = self.address if name is None else self.addresses[name]
        made = ctypes.CFUNCTYPE(None, *kinds)(address)
        made.native = self      # type: ignore[attr-defined]
        return made


@functools.cache
def _llvm() -> Any:
    try:
        import llvmlite.binding as llvm
    except (ImportError, OSError) as reason:
        raise Unavailable(text("llvm-missing", reason=reason)) from reason
    try:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        llvm.Target.from_triple(llvm.get_process_triple())
    except (RuntimeError, OSError) as reason:
        raise Unavailable(text("llvm-unusable", reason=reason)) from reason
    for name, address in _c_functions():
        llvm.add_symbol(name, address)
    return llvm


@functools.cache
def available() -> bool:
    """Whether there is an LLVM that makes code for this processor."""
    try:
        _target()
    except Unavailable:
        return False
    return True


def loaded() -> bool:
    """Whether LLVM was imported already."""
    return _llvm.cache_info().currsize > 0


def _c_functions() -> list[tuple[str, int]]:
    """C functions that native code may call; Windows does not find them by itself. Some of them LLVM calls on its own."""
    if os.name != "nt":
        return []
    found = []
    libraries = [ctypes.CDLL("ucrtbase"), ctypes.CDLL("ntdll")]
    for name in [*sorted(C_FUNCTIONS), "lgamma", "fma", "fmaf", "memset", "memcpy", "memmove", "__chkstk"]:
        for library in libraries:
            try:
                found.append((name, ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0))
            except AttributeError:
                continue
            break
    return found


@functools.cache
def _target() -> tuple[str, str, frozenset[str], int]:
    """(LLVM's CPU name, feature string, what the processor can do, bytes in a vector)."""
    llvm = _llvm()
    cpu = llvm.get_host_cpu_name()
    host = llvm.get_host_cpu_features()
    machine = processor()
    present = {name for name, on in host.items() if on}
    masked = {m.strip() for m in os.environ.get("STEEPEST_MASK", "").split(",") if m.strip()}
    if machine != "x86_64":
        able = {"fma", "half", "rounding"} if machine == "aarch64" else set()
        return cpu, host.flatten(), frozenset(able - masked), 16
    off = {feature for name in masked for feature in _BUILT_ON.get(name, [name])}
    if not all(feature in present for feature in _AVX512):
        off.add("avx512f")
    present -= off
    if "avx512f" in off:
        present = {name for name in present if not name.startswith("avx512")}
    able = set()
    if "avx512f" in present:
        able |= {"avx512"}
    if "fma" in present:
        able |= {"fma"}
    if "f16c" in present:
        able |= {"half"}
    if "sse4.1" in present:
        able |= {"rounding"}
    vector = 64 if "avx512f" in present else 32 if "avx2" in present else 16
    flags = ",".join([host.flatten(), *(f"-{name}" for name in sorted(off))])
    return cpu, flags, frozenset(able), vector


def features() -> frozenset[str]:
    """What the processor can do beyond the least: `avx512`, `fma`, `half` (float16 conversions), `rounding` (floor, ceil ...)."""
    return _target()[2]


def has(feature: str) -> bool:
    """Can the processor do this (see `features`)?"""
    return feature in _target()[2]


def width(dtype: str = "float32") -> int:
    """Elements in a vector register: 16 floats with AVX-512, 8 with AVX2, else 4."""
    size = {"float64": 8, "int64": 8, "int16": 2, "int8": 1, "uint8": 1, "bool": 1}.get(dtype, 4)
    return _target()[3] // size


def registers() -> int:
    """Vector registers."""
    return 32 if has("avx512") or processor() == "aarch64" else 16


@functools.cache
def _triple() -> str:
    """This process as LLVM's triple; on Windows with ELF objects, which llvmlite's machine makes for its loader there."""
    return str(_llvm().get_process_triple()) + ("-elf" if os.name == "nt" else "")


@functools.cache
def processor() -> str:
    """`x86_64`, `aarch64` or LLVM's name of another family."""
    name = _triple().split("-")[0]
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def _machine() -> Any:
    """The code generator; llvmlite's default code model reaches any address, wherever the loader puts code and constants."""
    llvm = _llvm()
    cpu, flags, _, _ = _target()
    return llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(cpu=cpu, features=flags, opt=3)


def _optimised(llvm: Any, target: Any, ir_text: str, name: str, passes: Passes) -> Any:
    try:
        module = llvm.parse_assembly(f'target triple = "{_triple()}"\n{ir_text}')
        module.data_layout = str(target.target_data)
        module.verify()
    except RuntimeError as reason:
        raise RuntimeError(text("llvm-refused", name=name, reason=reason)) from reason
    options = llvm.create_pipeline_tuning_options(speed_level=1 if passes == "thorough" else 2)
    options.loop_unrolling = options.loop_vectorization = options.loop_interleaving = False
    options.slp_vectorization = passes == "packed"
    builder = llvm.create_pass_builder(target, options)
    if passes == "quick":
        manager = llvm.create_new_module_pass_manager()
        manager.add_always_inliner_pass()
        manager.add_sroa_pass()
        manager.add_instruction_combine_pass()
        manager.add_simplify_cfg_pass()
        manager.add_new_gvn_pass()
    else:
        manager = builder.getModulePassManager()
    manager.run(module, builder)
    return module


def _emit(llvm: Any, ir_text: str, name: str, passes: Passes) -> bytes:
    target = _machine()
    return bytes(target.emit_object(_optimised(llvm, target, ir_text, name, passes)))


@functools.cache
def identity() -> str:
    """What machine code depends on beside the text: the processor, LLVM and the format on disk."""
    cpu, flags, _, _ = _target()
    return "\0".join([cpu, flags, _triple(), sys.platform, repr(_llvm().llvm_version_info), _llvmlite_version(), cache.FORMAT])


def compile_text(ir_text: str, name: str | Sequence[str], passes: Passes = "thorough") -> Native:
    """Machine code for a module's text; `name` is the function wanted, or several. From the cache on disk where it is there."""
    names = [name] if isinstance(name, str) else list(name)
    with _lock:
        key = hashlib.sha256("\0".join([ir_text, passes, identity()]).encode()).hexdigest()
        code = cache.read(key)
        if code is None:
            code = _emit(_llvm(), ir_text, names[0], passes)
            cache.write(key, code)
        return _loaded(code, names, key)


def kept(key: str, name: str) -> Native | None:
    """The machine code that a `Native` of an earlier process had as `key`, if the cache still has it."""
    with _lock:
        code = cache.read(key)
        return None if code is None else _loaded(code, [name], key)


def _loaded(code: bytes, names: Sequence[str], key: str) -> Native:
    llvm = _llvm()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(f'target triple = "{_triple()}"'), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Native(engine, names, key)


def assembly(ir_text: str, passes: Passes = "thorough") -> str:
    """The machine code of a module as readable text, for those who tune it."""
    llvm, target = _llvm(), _machine()
    return str(target.emit_assembly(_optimised(llvm, target, ir_text, "the text", passes)))


@functools.cache
def _llvmlite_version() -> str:
    import llvmlite

    return str(llvmlite.__version__)


def clear_cache() -> None:
    """Forget all machine code on disk."""
    cache.clear()
