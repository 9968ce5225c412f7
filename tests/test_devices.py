"""Programs that look for a device find the CPU."""

import pytest

import steepest as torch


def test_the_quickstarts_question_has_the_answer_cpu() -> None:
    found = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"
    assert torch.nn.Linear(1, 1).to(found).weight.device == torch.device("cpu")


def test_the_default_device_is_the_cpu_and_no_other() -> None:
    torch.set_default_device("cpu")
    assert torch.get_default_device() == torch.device("cpu") == torch.zeros(1).device
    with pytest.raises(RuntimeError):
        torch.set_default_device("cuda")
