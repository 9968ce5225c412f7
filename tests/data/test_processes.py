"""`torch.multiprocessing.spawn`: every process runs the function with its number, and a failure reaches the parent."""

import pytest

import steepest
from steepest.data.processes import ProcessRaisedException


def write(index, folder):
    (folder / str(index)).write_text(str(steepest.ones(3).sum().item()))


def fail(index):
    raise ValueError(f"process {index} is unhappy")


def test_every_process_runs(tmp_path):
    steepest.multiprocessing.spawn(write, (tmp_path,), nprocs=2, start_method="fork")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0", "1"]


def test_a_failure_is_raised_with_its_traceback():
    with pytest.raises(ProcessRaisedException, match="is unhappy"):
        steepest.multiprocessing.spawn(fail, nprocs=1, start_method="fork")
