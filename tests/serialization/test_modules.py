"""Modules and optimizers through files: their state, and whole modules where the file is trusted."""

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

import steepest
from steepest import nn

FILES = Path(__file__).parent.parent / "reference" / "serialization"
EXPECTED = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))


def model() -> nn.Module:
    net = nn.Sequential()
    net.add_module("first", nn.Linear(3, 2))
    net.add_module("norm", nn.BatchNorm1d(2))
    net.add_module("last", nn.Linear(2, 1))
    return net


def numbers(state: Any) -> Any:
    return {name: [str(tensor.dtype), tensor.tolist()] for name, tensor in state.items()}


def through_file(obj: Any, **options: Any) -> Any:
    buffer = io.BytesIO()
    steepest.save(obj, buffer)
    buffer.seek(0)
    return steepest.load(buffer, **options)


def test_a_state_dict_of_torch_fits_our_module() -> None:
    net = model()
    net.load_state_dict(steepest.load(FILES / "state_dict.pt"))
    assert numbers(net.state_dict()) == EXPECTED["state_dict"]


def test_a_module_goes_on_where_it_was_saved() -> None:
    net, x = model(), steepest.randn(4, 3)
    net(x)
    other = model()
    other.load_state_dict(through_file(net.state_dict()))
    assert steepest.equal(other.eval()(x), net.eval()(x))


def test_whole_modules_need_trust() -> None:
    net, x = model().eval(), steepest.randn(4, 3)
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL steepest\.nn\.\S+\.Sequential was not an allowed"):
        through_file(net)
    other = through_file(net, weights_only=False)
    assert type(other) is nn.Sequential and not other.training
    assert steepest.equal(other(x), net(x))
    other.first.weight.data.zero_()
    assert net.first.weight.abs().sum() > 0


def test_a_whole_module_of_torch_becomes_ours() -> None:
    net = steepest.load(FILES / "module.pt", weights_only=False)
    assert type(net) is nn.Sequential
    assert numbers(net.state_dict()) == EXPECTED["state_dict"]
    assert net(steepest.ones(2, 3)).shape == (2, 1)


def test_classes_declared_safe_cover_torchs_names() -> None:
    classes = [nn.Sequential, nn.Linear, nn.BatchNorm1d]
    with steepest.serialization.safe_globals(classes):
        net = steepest.load(FILES / "module.pt")
    assert numbers(net.state_dict()) == EXPECTED["state_dict"]


def test_names_of_torch_that_do_not_exist_here_are_told() -> None:
    names = steepest.serialization.get_unsafe_globals_in_checkpoint(FILES / "module.pt")
    assert "torch.nn.modules.linear.Linear" in names
    data = b"\x80\x02ctorch.distributed.pipeline\nPipe\n."
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", data)
    buffer.seek(0)
    with pytest.raises(pickle.UnpicklingError, match=r"torch\.distributed\.pipeline\.Pipe, a part of PyTorch that does not"):
        steepest.load(buffer, weights_only=False)


def test_an_optimizer_goes_on_where_torchs_stood() -> None:
    net = model()
    optimizer = steepest.optim.Adam(net.parameters(), lr=0.5)
    optimizer.load_state_dict(steepest.load(FILES / "optimizer.pt")["optimizer"])
    assert optimizer.param_groups[0]["lr"] == 0.01
    state = optimizer.state[net.first.weight]
    assert state["exp_avg"].tolist() == EXPECTED["optimizer"]["optimizer"]["state"]["0"]["exp_avg"][1]


def test_devices_come_back() -> None:
    assert through_file(steepest.device("cpu")) == steepest.device("cpu")
