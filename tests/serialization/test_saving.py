"""What `save` writes: PyTorch's layout, complete files or none, shared memory once."""

import io
import os
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.core import dtype as dtypes
from steepest.core.size import Size
from steepest.core.tensor import Tensor, alias, from_array
from steepest.nn.parameter import Parameter
from steepest.serialization import archive, load, save

REFERENCE = Path(__file__).parent.parent / "reference" / "serialization"
NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128"]


def through_file(obj: Any, **options: Any) -> Any:
    buffer = io.BytesIO()
    save(obj, buffer)
    buffer.seek(0)
    return load(buffer, **options)


def sequence(dtype: str = "float32", shape: tuple[int, ...] = (2, 3)) -> Tensor:
    return from_array(np.arange(np.prod(shape)).astype(dtype).reshape(shape))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (2, 3)])
def test_tensors_come_back(name: str, shape: tuple[int, ...]) -> None:
    saved = sequence(name, shape)
    loaded = through_file(saved)
    assert loaded.dtype is saved.dtype
    assert loaded.shape == shape
    np.testing.assert_array_equal(loaded.array, saved.array)


def test_bfloat16_comes_back() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="bfloat16 needs ml_dtypes")
    loaded = through_file(from_array(np.array([1.5, -2], ml_dtypes.bfloat16)))
    assert loaded.dtype is dtypes.bfloat16
    assert loaded.array.tolist() == [1.5, -2]


def test_plain_values_come_back() -> None:
    values = {"a": [1, -2, 2**40, -(2**70), 1.5, None, True, float("inf")], "b": (1, (2, ()), {3}, b"\0\xff", bytearray(b"x")),
              3: "梯度", (1, 2): 1 - 2j, "s": Size([4]), "d": dtypes.bfloat16, "o": OrderedDict(z=1, a=2)}  # fmt: skip
    loaded = through_file(values)
    assert loaded == values
    assert type(loaded["s"]) is Size and type(loaded["o"]) is OrderedDict


def test_a_structure_that_contains_itself() -> None:
    values: list[Any] = [1]
    values.append(values)
    loaded = through_file(values)
    assert loaded[1] is loaded


def test_attributes_of_tensors_and_dictionaries_come_back() -> None:
    tensor, parameter, state = sequence(), Parameter(sequence()), OrderedDict(a=1)
    tensor.note = parameter.note = state._metadata = {"version": 1}  # type: ignore[attr-defined]
    loaded = through_file([tensor, parameter, state])
    assert [value.note for value in loaded[:2]] == [{"version": 1}, {"version": 1}]
    assert loaded[2]._metadata == {"version": 1}


def test_gradient_wishes_are_kept() -> None:
    loaded = through_file([Parameter(sequence()), Parameter(sequence(), False), from_array(np.ones(2), requires_grad=True)])
    assert [t.requires_grad for t in loaded] == [True, False, True]
    assert [type(t) for t in loaded] == [Parameter, Parameter, Tensor]


def test_memory_is_written_once_and_shared_again() -> None:
    base = sequence("float32", (100, 100))
    views = [base, alias(base.array.T, base), alias(base.array[3:7, ::2], base), base]
    buffer = io.BytesIO()
    save(views, buffer)
    assert len(buffer.getvalue()) < 45_000
    buffer.seek(0)
    loaded = load(buffer)
    loaded[0].array[4, 2] = -1
    assert loaded[1].array[2, 4] == loaded[2].array[1, 1] == -1
    assert loaded[3] is loaded[0]


def test_two_dtypes_over_one_memory_are_refused() -> None:
    base = sequence("complex64")
    real = from_array(base.array.view(np.float32))
    with pytest.raises(RuntimeError, match=r"same data as different types: here torch.complex64 and torch.float32.*clone"):
        through_file([base, real])


def test_the_layout_is_that_of_torch(tmp_path: Path) -> None:
    path = tmp_path / "views.pt"
    base = sequence("float32", (3, 4))
    save({"base": base, "empty": sequence("float32", (0,)), "half": from_array(np.ones(3, np.float16))}, path)
    with zipfile.ZipFile(path) as ours, zipfile.ZipFile(REFERENCE / "views.pt") as theirs:
        assert ours.testzip() is None
        fixed = [name for name in theirs.namelist() if "/data/" not in name]
        assert [name for name in ours.namelist() if "/data/" not in name] == fixed
        for name in ("views/version", "views/byteorder", "views/.format_version", "views/.storage_alignment"):
            assert ours.read(name) == theirs.read(name)
        assert len(ours.read("views/.data/serialization_id")) == 40
        assert ours.read("views/data/0") == base.array.tobytes()
        for entry in ours.infolist():
            header = path.read_bytes()[entry.header_offset :][:30]
            start = entry.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
            assert start % 64 == 0


def test_records_and_offsets_beyond_four_gigabytes_use_wide_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGE", 0xFFFFFFFF)
    assert archive.zip64_extra([5, 5, 6]) == b""
    wide = archive.zip64_extra([2**32, 2**32, 7])
    assert wide == b"\1\0\x10\0" + 2 * (2**32).to_bytes(8, "little")

    class Sparse(io.BytesIO):
        """Keeps what is written except for long runs of data."""

        def write(self, data: Any) -> int:
            return super().write(data) if len(data) < 2**20 else len(data)

    class Zeros:
        def __len__(self) -> int:
            return 2**32 + 5

    monkeypatch.setattr(archive.zlib, "crc32", lambda data: 7)
    file = Sparse()
    writer = archive.ArchiveWriter(file, "a")
    writer.record("data/0", Zeros())
    writer.record("small", b"x")
    writer.close()
    tail = file.getvalue()
    assert (2**32 + 5).to_bytes(8, "little") * 2 in tail
    position = writer.entries[1][4]
    assert position > 2**32 and position.to_bytes(8, "little") in tail


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    save([1], path)
    with pytest.raises(Exception, match="lambda"):
        save([lambda: 0], path)
    assert load(path) == [1]
    assert os.listdir(tmp_path) == ["model.pt"]


def test_paths_with_spaces_and_chinese(tmp_path: Path) -> None:
    path = tmp_path / "模 型.pt"
    save({"w": sequence()}, str(path))
    assert load(str(path))["w"].array.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target.pt", tmp_path / "link.pt"
    save([1], target)
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system does not let ordinary users make links")
    save([2], link)
    assert link.is_symlink() and load(target) == [2]


def test_wrong_targets_say_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist: make it first with os.makedirs"):
        save([1], tmp_path / "nowhere" / "model.pt")
    with pytest.raises(AttributeError, match=r"expected 'f' to be string, path, or a file-like object.*got int"):
        save([1], 3)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="zip format only"):
        save([1], io.BytesIO(), _use_new_zipfile_serialization=False)


class Point:
    def __init__(self, x: Any):
        self.x = x


def test_whole_objects_need_trust() -> None:
    import pickle

    name = f"{Point.__module__}.Point".replace(".", r"\.")
    with pytest.raises(pickle.UnpicklingError, match=rf"GLOBAL {name} was not an allowed global.*load\(f, weights_only=False\)"):
        through_file(Point(sequence()))


def test_numpy_values_are_written_as_python_writes_them() -> None:
    saved = {"array": np.arange(3), "scalar": np.float64(2.5)}
    loaded = through_file(saved, weights_only=False)
    assert loaded["array"].tolist() == [0, 1, 2] and loaded["scalar"] == 2.5
