"""Files of weights by their address, as model files fetch them."""

import hashlib

import pytest

import steepest as torch
from steepest import nn
from steepest.hub import tqdm
from steepest.utils import model_zoo


def test_weights_come_from_the_cache_or_the_address_and_are_checked(tmp_path, capsys):
    torch.hub.set_dir(tmp_path / "hub")
    assert torch.hub.get_dir() == str(tmp_path / "hub")
    weights = nn.Linear(2, 3).state_dict()
    torch.save(weights, tmp_path / "file.pth")
    digest = hashlib.sha256((tmp_path / "file.pth").read_bytes()).hexdigest()
    named = tmp_path / f"net-{digest[:8]}.pth"
    named.write_bytes((tmp_path / "file.pth").read_bytes())
    for _ in range(2):
        loaded = torch.hub.load_state_dict_from_url(named.as_uri(), check_hash=True, progress=False)
        assert torch.equal(loaded["weight"], weights["weight"])
        assert (tmp_path / "hub" / "checkpoints" / named.name).is_file()
        named.unlink(missing_ok=True)
    assert capsys.readouterr().err.count("Downloading") == 1
    wrong = tmp_path / "net-00000000.pth"
    wrong.write_bytes(b"other")
    with pytest.raises(RuntimeError, match="invalid hash value"):
        model_zoo.load_url(wrong.as_uri(), check_hash=True)
    assert not (tmp_path / "hub" / "checkpoints" / wrong.name).exists()


def test_the_bar_goes_through_what_it_is_given():
    assert list(tqdm([1, 2])) == [1, 2]


def test_what_conversions_keep():
    layer = nn.Linear(2, 3)
    before = layer.weight
    try:
        torch.__future__.set_swap_module_params_on_conversion(True)
        layer.load_state_dict(nn.Linear(2, 3, dtype=torch.float64).state_dict(), assign=True)
        assert layer.weight is before and before.dtype is torch.float64
        torch.__future__.set_swap_module_params_on_conversion(False)
        torch.__future__.set_overwrite_module_params_on_conversion(True)
        layer.float()
        assert layer.weight is not before and before.dtype is torch.float64 and layer.weight.requires_grad
    finally:
        torch.__future__.set_swap_module_params_on_conversion(False)
        torch.__future__.set_overwrite_module_params_on_conversion(False)
    assert not torch.__future__.get_swap_module_params_on_conversion() and not torch.xpu.is_available()
