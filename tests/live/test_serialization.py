"""Files go to torch and come from torch: nested structures that hypothesis makes, whole state dicts, byte for byte."""

import io
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.serialization import config

from steepest.core import dtype as dtypes
from steepest.core.copying import place
from steepest.core.size import Size
from steepest.core.tensor import Tensor, alias, from_array
from steepest.nn.parameter import Parameter
from steepest.serialization import load, save

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DTYPES = [getattr(torch, of.name) for of in dtypes.ALL]


def numpy_of(t: torch.Tensor) -> np.ndarray:
    t = t.detach().resolve_conj().resolve_neg()
    if t.dtype == torch.bfloat16:
        return t.view(torch.int16).numpy().view(dtypes.numpy_dtype(dtypes.bfloat16))
    return t.numpy()


def ours_of(value: Any, memo: dict[int, Tensor]) -> Any:
    """The same structure with our types; tensors that share memory share it."""
    if isinstance(value, torch.nn.Parameter):
        return Parameter(ours_of(value.data, memo), value.requires_grad)
    if isinstance(value, torch.Tensor):
        memory = value.untyped_storage()
        whole = memo.get(memory._cdata)
        if whole is None:
            flat = torch.empty(0, dtype=value.dtype).set_(memory, 0, (memory.nbytes() // value.itemsize,), (1,))
            whole = memo[memory._cdata] = from_array(numpy_of(flat).copy())
        steps = [stride * value.itemsize for stride in value.stride()]
        offset = value.storage_offset() * value.itemsize if value.numel() else 0
        view = alias(np.ndarray(tuple(value.shape), whole.array.dtype, whole.array.view(np.uint8), offset, steps), whole, False)
        view.requires_grad = value.requires_grad
        return view
    if isinstance(value, torch.Size):
        return Size(value)
    if isinstance(value, torch.dtype):
        return dtypes.named(str(value).removeprefix("torch."))
    if isinstance(value, dict):
        return type(value)((ours_of(key, memo), ours_of(inner, memo)) for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return type(value)(ours_of(inner, memo) for inner in value)
    return value


def same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, Tensor)
        assert isinstance(ours, Parameter) == isinstance(theirs, torch.nn.Parameter)
        assert repr(ours.dtype) == repr(theirs.dtype) and tuple(ours.shape) == tuple(theirs.shape)
        assert ours.requires_grad == theirs.requires_grad
        np.testing.assert_array_equal(ours.array, numpy_of(theirs))
    elif isinstance(theirs, torch.Size):
        assert type(ours) is Size and tuple(ours) == tuple(theirs)
    elif isinstance(theirs, torch.dtype):
        assert repr(ours) == repr(theirs)
    elif isinstance(theirs, dict):
        assert type(ours) is type(theirs) and len(ours) == len(theirs)
        for (ours_key, ours_value), (key, value) in zip(ours.items(), theirs.items(), strict=True):
            same(ours_key, key)
            same(ours_value, value)
    elif isinstance(theirs, (list, tuple)):
        assert type(ours) is type(theirs) and len(ours) == len(theirs)
        for left, right in zip(ours, theirs, strict=True):
            same(left, right)
    else:
        assert type(ours) is type(theirs) and (ours == theirs or ours != ours)


def written_by_torch(obj: Any, **options: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    torch.save(obj, buffer, **options)
    buffer.seek(0)
    return buffer


def written_by_us(obj: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    save(obj, buffer)
    buffer.seek(0)
    return buffer


@st.composite
def tensors(draw: st.DrawFn, pool: list[torch.Tensor]) -> torch.Tensor:
    """A new tensor, or a view of one made before."""
    if pool and draw(st.booleans()):
        base = draw(st.sampled_from(pool))
        form = draw(st.sampled_from(["same", "t", "part", "flat", "expand"]))
        if form == "t" and base.dim() == 2:
            return base.t()
        if form == "part" and base.dim():
            return base[draw(st.integers(0, len(base))) :]
        if form == "flat":
            return base.reshape(-1)
        if form == "expand" and base.dim() and base.shape[0] == 1:
            return base.expand(3, *base.shape[1:])
        return base
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    dtype = draw(st.sampled_from(DTYPES))
    tensor = torch.randint(0, 100, shape).to(dtype)
    if dtype.is_floating_point and draw(st.booleans()):
        tensor = torch.nn.Parameter(tensor, draw(st.booleans())) if draw(st.booleans()) else tensor.requires_grad_()
        pool.append(tensor.data)
        return tensor
    pool.append(tensor)
    return tensor


@st.composite
def structures(draw: st.DrawFn) -> Any:
    pool: list[torch.Tensor] = []
    plain = st.one_of(
        st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5), st.binary(max_size=5),
        st.complex_numbers(allow_nan=False), st.sampled_from(DTYPES), st.lists(st.integers(0, 9), max_size=3).map(torch.Size),
        st.frozensets(st.integers(), max_size=3).map(set), st.binary(max_size=3).map(bytearray),
    )  # fmt: skip
    keys = st.one_of(st.text(max_size=4), st.integers(), st.tuples(st.integers(), st.booleans()))
    return draw(
        st.recursive(
            st.one_of(plain, tensors(pool)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=4),
                st.lists(inner, max_size=4).map(tuple),
                st.dictionaries(keys, inner, max_size=4),
                st.dictionaries(keys, inner, max_size=4).map(OrderedDict),
            ),
            max_leaves=12,
        )
    )


@QUICK
@given(structures())
def test_what_torch_writes_loads_here(value: Any) -> None:
    for weights_only in (True, False):
        same(load(written_by_torch(value), weights_only=weights_only), value)
    same(load(written_by_torch(value, _use_new_zipfile_serialization=False)), value)


@QUICK
@given(structures())
def test_what_is_written_here_loads_in_torch(value: Any) -> None:
    ours = ours_of(value, {})
    for weights_only in (True, False):
        same(ours, torch.load(written_by_us(ours), weights_only=weights_only))


@QUICK
@given(structures())
def test_places_in_shared_memory_survive_both_ways(value: Any) -> None:
    def places(found: Any) -> list[tuple[int, Any]]:
        if isinstance(found, Tensor):
            return [(id(found.storage_cell), place(found))] if found.array.size else []  # torch does not keep empty ones together
        inner = found.values() if isinstance(found, dict) else found if isinstance(found, (list, tuple)) else ()
        return [entry for part in inner for entry in places(part)]

    def numbered(found: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
        order: dict[int, int] = {}
        return [(order.setdefault(key, len(order)), where) for key, where in found]

    ours = ours_of(value, {})
    again = load(written_by_torch(torch.load(written_by_us(ours))))
    assert numbered(places(again)) == numbered(places(ours))


def trained() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    model = torch.nn.Sequential(torch.nn.Linear(8, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 1))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(5, 8)).sum().backward()
    optimizer.step()
    return model, optimizer


def test_files_are_byte_for_byte_torchs() -> None:
    model, optimizer = trained()
    state = model.state_dict()
    theirs = {"model": state, "optimizer": optimizer.state_dict(), "epoch": 3}
    ours = ours_of(theirs, {})
    ours["model"]._metadata = state._metadata
    with zipfile.ZipFile(written_by_torch(theirs)) as left, zipfile.ZipFile(written_by_us(ours)) as right:
        assert left.namelist() == right.namelist()
        for one, other in zip(left.infolist(), right.infolist(), strict=True):
            assert one.header_offset == other.header_offset
            if not one.filename.endswith("serialization_id"):
                assert left.read(one) == right.read(other), one.filename


def test_torch_trains_on_from_our_file() -> None:
    model, optimizer = trained()
    theirs = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    loaded = torch.load(written_by_us(load(written_by_torch(theirs))))
    other, other_optimizer = trained()
    other.load_state_dict(loaded["model"])
    other_optimizer.load_state_dict(loaded["optimizer"])
    x = torch.randn(5, 8)
    torch.testing.assert_close(other(x), model(x), rtol=0, atol=0)


@pytest.mark.parametrize("mmap", [False, True])
def test_torch_maps_our_file_and_computes_its_offsets(mmap: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_SERIALIZATION_DEBUG", "1")
    value = {str(i): torch.randn(i) for i in range(30)}
    save(ours_of(value, {}), tmp_path / "model.pt")
    with config.patch({"load.calculate_storage_offsets": True}):
        loaded = torch.load(tmp_path / "model.pt", mmap=mmap)
    assert all(torch.equal(loaded[key], value[key]) for key in value)


def test_numpy_values_load_in_torch_once_declared() -> None:
    value = {"a": np.float64(1.5), "b": np.arange(3)}
    loaded = torch.load(written_by_us(value), weights_only=False)
    assert loaded["a"] == 1.5 and loaded["b"].tolist() == [0, 1, 2]


def test_attributes_of_tensors_go_to_torch_and_back() -> None:
    tensor, parameter = torch.ones(2), torch.nn.Parameter(torch.ones(2))
    tensor.note, parameter.note = "a", "b"
    ours = load(written_by_torch([tensor, parameter]))
    assert [t.note for t in ours] == ["a", "b"]
    assert [t.note for t in torch.load(written_by_us(ours))] == ["a", "b"]
