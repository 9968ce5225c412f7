"""Write tests/reference/serialization/: files that torch 2.13.0 saved, and expected.json with the numbers in them."""

import json
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

TARGET = Path(__file__).resolve().parent.parent.parent / "tests" / "reference" / "serialization"
DTYPES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128".split()


def listed(value: object) -> object:
    """Tensors as [dtype, numbers] (complex ones as pairs), containers kept, so that JSON holds it."""
    if isinstance(value, torch.Tensor):
        numbers = torch.view_as_real(value.resolve_conj()) if value.is_complex() else value
        return [str(value.dtype), numbers.tolist()]
    if isinstance(value, dict):
        return {str(key): listed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [listed(inner) for inner in value]
    return value


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    torch.manual_seed(0)
    TARGET.mkdir(exist_ok=True)
    nn = torch.nn
    model = nn.Sequential(OrderedDict(first=nn.Linear(3, 2), norm=nn.BatchNorm1d(2), last=nn.Linear(2, 1)))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.randn(4, 3)).square().mean().backward()
        optimizer.step()
    base = torch.arange(12.0).reshape(3, 4)
    objects = {
        "state_dict": model.state_dict(),
        "optimizer": {"epoch": 7, "optimizer": optimizer.state_dict(), "loss": 0.25},
        "dtypes": {name: torch.tensor([0, 1, 1]).to(getattr(torch, name)) for name in DTYPES},
        "views": {"base": base, "transposed": base.t(), "row": base[1], "expanded": base[0, :1].expand(5), "empty": base[:0],
                  "scalar": base[2, 3], "conj": torch.tensor([1 + 2j, 3 - 1j]).conj()},
    }  # fmt: skip
    for name, obj in objects.items():
        torch.save(obj, TARGET / f"{name}.pt")
    torch.save(objects["views"], TARGET / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(model, TARGET / "module.pt")
    torch.save(
        {"list": [1, -2, 2.5, None, True], "tuple": (1, ("a", b"\x00\xff")), "set": {1, 2}, "complex": 1 - 2j, "big": 2**70,
         "unicode": "梯度 下降", "bytearray": bytearray(b"ab"), "size": torch.Size([2, 3]), "dtype": torch.float64,
         "parameter": torch.nn.Parameter(torch.ones(2)), "frozen": torch.nn.Parameter(torch.ones(2), requires_grad=False)},
        TARGET / "nested.pt",
    )  # fmt: skip
    save_file({name: t for name, t in objects["dtypes"].items() if name != "complex128"}, TARGET / "weights.safetensors")
    torch.save({"x": torch.tensor([1, 2], dtype=torch.uint16)}, TARGET / "uint16.pt")
    (TARGET / "expected.json").write_text(json.dumps(listed(objects), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
