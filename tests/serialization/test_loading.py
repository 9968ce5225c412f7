"""Files that torch 2.13.0 wrote (scripts/reference/serialization.py) load with their numbers, memory sharing and types."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest.serialization
from steepest.core import dtype as dtypes
from steepest.core.size import Size
from steepest.core.tensor import Tensor
from steepest.nn.parameter import Parameter
from steepest.serialization import load

FILES = Path(__file__).parent.parent / "reference" / "serialization"
EXPECTED = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))


def listed(value: Any) -> Any:
    """As the reference script lists values."""
    if isinstance(value, Tensor):
        array = value.array
        if array.dtype.kind == "c":
            array = np.stack([array.real, array.imag], -1)
        return [repr(value.dtype), array.astype(float if array.dtype.kind not in "bi" else array.dtype).tolist()]
    if isinstance(value, dict):
        return {str(key): listed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [listed(inner) for inner in value]
    return value


@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize("name", list(EXPECTED))
def test_files_of_torch_hold_their_numbers(name: str, weights_only: bool) -> None:
    if name == "dtypes":
        pytest.importorskip("ml_dtypes", reason="bfloat16 needs ml_dtypes")
    assert listed(load(FILES / f"{name}.pt", weights_only=weights_only)) == EXPECTED[name]


def test_loading_and_saving_need_nothing_called_torch(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom steepest.serialization import load, save\n"
        "save(load(sys.argv[1]), sys.argv[2])\nassert 'torch' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(steepest.serialization.__file__).parents[2])}
    files = [str(FILES / "state_dict.pt"), str(tmp_path / "copy.pt")]
    subprocess.run([sys.executable, "-c", program, *files], env=environment, check=True)
    assert listed(load(tmp_path / "copy.pt")) == EXPECTED["state_dict"]


@pytest.mark.parametrize("weights_only", [True, False])
def test_the_format_before_zip_loads(weights_only: bool) -> None:
    loaded = load(FILES / "legacy.pt", weights_only=weights_only)
    assert listed(loaded) == EXPECTED["views"]
    assert loaded["row"].storage_cell is loaded["base"].storage_cell


def test_safetensors_load() -> None:
    pytest.importorskip("ml_dtypes", reason="bfloat16 needs ml_dtypes")
    expected = {name: entry for name, entry in EXPECTED["dtypes"].items() if name != "complex128"}
    assert listed(load(FILES / "weights.safetensors")) == expected


def test_a_state_dict_keeps_its_order_and_metadata() -> None:
    state = load(FILES / "state_dict.pt")
    assert type(state) is OrderedDict
    assert list(state)[:2] == ["first.weight", "first.bias"]
    assert state._metadata["norm"] == {"version": 2}


@pytest.mark.parametrize("weights_only", [True, False])
def test_views_share_memory_again(weights_only: bool) -> None:
    views = load(FILES / "views.pt", weights_only=weights_only)
    views["base"].array[1, 0] = 99
    assert views["row"].array[0] == 99
    assert views["transposed"].array[0, 1] == 99
    assert views["expanded"].array.strides == (0,)


@pytest.mark.parametrize("weights_only", [True, False])
def test_plain_values_and_parameters(weights_only: bool) -> None:
    nested = load(FILES / "nested.pt", weights_only=weights_only)
    parameter, frozen = nested.pop("parameter"), nested.pop("frozen")
    assert nested == {
        "list": [1, -2, 2.5, None, True], "tuple": (1, ("a", b"\x00\xff")), "set": {1, 2}, "complex": 1 - 2j, "big": 2**70,
        "unicode": "梯度 下降", "bytearray": bytearray(b"ab"), "size": (2, 3), "dtype": dtypes.float64,
    }  # fmt: skip
    assert type(nested["size"]) is Size
    assert type(parameter) is type(frozen) is Parameter
    assert parameter.requires_grad and not frozen.requires_grad


def test_loaded_tensors_are_writeable_and_the_file_is_free(tmp_path: Path) -> None:
    path = tmp_path / "模型 copy.pt"
    path.write_bytes((FILES / "views.pt").read_bytes())
    loaded = load(path, mmap=True)
    path.unlink()
    loaded["base"].array += 1
    assert loaded["base"].array[0, 0] == 1


def test_open_files_and_buffers_load_from_where_they_stand() -> None:
    data = (FILES / "views.pt").read_bytes()
    with open(FILES / "views.pt", "rb") as file:
        assert listed(load(file)) == EXPECTED["views"]
        assert not file.closed
    behind = io.BytesIO(b"something else" + data)
    behind.seek(14)
    assert listed(load(behind)) == EXPECTED["views"]


def test_what_cannot_be_read_from_says_so() -> None:
    with pytest.raises(AttributeError, match=r"seek.*You can only torch.load from a file that is seekable"):
        load(3)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        load(FILES / "absent.pt")


def test_a_dtype_that_does_not_exist_here_is_named() -> None:
    with pytest.raises(RuntimeError, match=r"uint16\.pt holds a tensor of dtype uint16.*x\.to\(torch\.int64\)"):
        load(FILES / "uint16.pt")


def moved_to_gpu(tmp_path: Path) -> Path:
    """A file whose tensors were saved on a GPU: the location is a string in the pickle."""
    path = tmp_path / "gpu.pt"
    with zipfile.ZipFile(FILES / "views.pt") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"X\3\0\0\0cpu", b"X\6\0\0\0cuda:0") if name.endswith("data.pkl") else data)
    return path


def test_tensors_from_a_gpu_need_a_map_location(tmp_path: Path) -> None:
    path = moved_to_gpu(tmp_path)
    with pytest.raises(RuntimeError, match=r"cuda:0.*torch.cuda.is_available\(\) is False.*map_location=\"cpu\""):
        load(path)
    for place in ("cpu", {"cuda:0": "cpu"}, lambda storage, location: storage):
        assert listed(load(path, map_location=place)) == EXPECTED["views"]
    with pytest.raises(RuntimeError, match=r"map_location='cuda:1': tensors can be put on \"cpu\" only"):
        load(path, map_location="cuda:1")


def test_another_byte_order_is_turned_round(tmp_path: Path) -> None:
    path = tmp_path / "big.pt"
    with zipfile.ZipFile(FILES / "views.pt") as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if "/data/" in name:
                data = np.frombuffer(data, np.float32).byteswap().tobytes()
            target.writestr(name, b"big" if name.endswith("byteorder") else data)
    assert listed(load(path)) == EXPECTED["views"]
