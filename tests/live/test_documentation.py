"""The examples of PyTorch's own docstrings: what they print here is what they print there, character for character or but for last digits.

An example ends at the first line that names what the docstring does not define, or that needs another machine.
"""

import doctest
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MODULES = """
torch torch.Tensor torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.nn.utils.rnn torch.nn.utils.parametrize
torch.nn.utils.parametrizations torch.nn.utils.prune torch.nn.utils.stateless torch.nn.parameter torch.optim torch.optim.lr_scheduler
torch.optim.swa_utils torch.linalg torch.fft torch.special torch.signal.windows torch.autograd torch.autograd.functional
torch.autograd.forward_ad torch.autograd.graph torch.autograd.function torch.func torch.distributions torch.distributions.transforms
torch.distributions.constraints torch.distributions.kl torch.utils.data torch.utils.checkpoint torch.utils.dlpack torch.random
torch.testing torch.amp torch.utils._pytree torch.nn.attention torch.quasirandom torch.utils.flop_counter torch.compiler
torch.serialization torch.nn.attention.bias torch.types torch.utils.hooks torch.storage torch.functional
""".split()
LEFT_OUT = {
    "torch.Event": "accelerators", "torch._is_device_backend_autoload_enabled": "accelerators", "torch.set_default_device": "accelerators",
    "torch.set_default_dtype": "half-precision complex numbers",
    "torch.cholesky_inverse": "prints rounding errors", "torch.cholesky": "prints rounding errors", "torch.qr": "prints rounding errors",
    "torch.cholesky_solve": "prints rounding errors", "torch.lu_solve": "prints rounding errors",
    "torch.empty": "prints what memory held", "torch.empty_strided": "prints what memory held", "torch.nn.utils.skip_init": "the same",
    "torch.conj": "conjugates are computed at once here", "torch.resolve_conj": "the same", "torch.resolve_neg": "the same",
    "torch.fake_quantize_per_channel_affine": "quantisation", "torch.fake_quantize_per_tensor_affine": "quantisation",
    "torch.quantize_per_channel": "quantisation", "torch.quantize_per_tensor": "quantisation",
    "torch.quantize_per_tensor_dynamic": "quantisation", "torch.quantized_batch_norm": "quantisation",
    "torch.quantized_max_pool1d": "quantisation", "torch.quantized_max_pool2d": "quantisation",
    "torch.hash_tensor": "not documented elsewhere", "torch.thread_safe_generator": "not documented elsewhere",
    "torch.func.rearrange": "not documented elsewhere", "torch.narrow_copy": "prints a sparse layout",
    "torch.set_flush_denormal": "a switch of the processor that Python does not reach", "torch.vmap": "prints the kind of a function",
    "torch.func.functionalize": "prints a program of torch.fx", "torch.func.vmap": "prints the kind of a function",
    "torch.sort": "the order of equal elements is not promised", "torch.linalg._powsum": "not documented elsewhere",
    "torch.Tensor.grad_dtype": "not documented elsewhere", "torch.serialization.skip_data": "not documented elsewhere",
    "torch.autograd.enforce_grad_layout_policy": "not documented elsewhere",
    "torch.serialization.safe_globals": "depends on what ran before",
    "torch.Tensor.new_empty": "prints what memory held", "torch.Tensor.new_empty_strided": "prints what memory held",
    "torch.linalg.solve": "prints whether rounding errors are small", "torch.fft.hfft2": "prints whether rounding errors are small",
    "torch.fft.hfftn": "prints whether rounding errors are small",
    "torch.compiler.set_default_backend": "PyTorch's compiler", "torch.compiler.substitute_in_graph": "PyTorch's compiler",
}
SPARSE = re.compile(r".*(sparse_(bs|cs|compressed)|(col|crow|ccol|row)_indices|sparse_mask|to_sparse$)")
"""Layouts of sparse tensors that stay out."""
UNDEFINED = re.compile(r"NameError|Late|.*(CUDA|NVIDIA|cuda)")
NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")


def examples() -> list[tuple[str, list[str]]]:
    """The sources of every docstring's examples, each docstring once."""
    found: dict[str, tuple[str, list[str]]] = {}

    def add(name: str, thing: Any) -> None:
        doc = inspect.getdoc(thing)
        if doc and ">>>" in doc and doc not in found and name not in LEFT_OUT and not SPARSE.match(name):
            try:
                found[doc] = name, [e.source for e in doctest.DocTestParser().get_examples(doc)]
            except ValueError:
                pass                # indented as no Python program is

    import torch

    for module in MODULES:
        place: Any = torch.Tensor if module == "torch.Tensor" else importlib.import_module(module)
        add(module, place)
        for name in sorted(n for n in dir(place) if not n.startswith("__")):
            thing = getattr(place, name, None)
            home = getattr(thing, "__module__", None) or "torch"
            if inspect.ismodule(thing) or not home.startswith(("torch", "builtins")):
                continue
            add(f"{module}.{name}", thing)
            if inspect.isclass(thing) and module != "torch":
                for key, value in vars(thing).items():
                    if not key.startswith("__"):
                        add(f"{module}.{name}.{key}", value)
    return list(found.values())


def close(wanted: str, got: str) -> bool:
    """Whether two texts differ in addresses and last digits alone."""
    wanted, got = (re.sub(r"0x[0-9a-f]+", "0x", text).replace("<steepest.", "<torch.").strip() for text in (wanted, got))
    if wanted == got:
        return True
    if NUMBER.sub("#", wanted).split() != NUMBER.sub("#", got).split():
        return False
    pairs = zip(map(float, NUMBER.findall(wanted)), map(float, NUMBER.findall(got)), strict=True)
    return all(abs(a - b) <= 1e-4 * max(1, abs(a)) for a, b in pairs)


@pytest.mark.skipif(sys.platform == "win32", reason="examples that wait for ever are ended by a signal that Windows does not have")
def test_examples_print_what_pytorchs_print(tmp_path: Path) -> None:
    listed = examples()
    assert len(listed) > 600
    path = tmp_path / "examples.json"
    path.write_text(json.dumps(listed), encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    running = [subprocess.Popen([sys.executable, str(HERE / "documented.py"), str(path), library], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, env=environment) for library in ("torch", "steepest")]
    theirs, ours = (json.loads(each.communicate()[0]) for each in running)
    agreed, problems = 0, []
    for (name, sources), there, here in zip(listed, theirs, ours, strict=True):
        for source, (wanted, error), (got, trouble) in zip(sources, there, here, strict=True):
            if UNDEFINED.match(error):
                break
            if bool(error) == bool(trouble) and close(wanted, got):
                agreed += 1
                continue
            problems.append(f"{name}: {source.strip()}\n  PyTorch: {wanted.strip()} {error[:200]}\n  here: {got.strip()} {trouble[:200]}")
            break
    assert not problems, "\n".join(problems)
    assert agreed > 1500
