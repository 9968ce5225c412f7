"""TensorBoard itself, where it is installed, reads the event files."""

import pytest

import steepest
from steepest.utils.tensorboard import SummaryWriter

event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is not installed")


def test_tensorboard_reads_what_is_written(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        for step in range(5):
            writer.add_scalar("loss", 1 / (step + 1), step)
        writer.add_histogram("weights", steepest.randn(1000), 0)
        writer.add_image("picture", steepest.rand(3, 8, 6), 0)
        writer.add_text("note", "**hello**", 0)
        writer.add_graph(steepest.nn.Sequential(steepest.nn.Linear(2, 3), steepest.nn.ReLU()))
    read = event_accumulator.EventAccumulator(str(tmp_path), size_guidance=event_accumulator.STORE_EVERYTHING_SIZE_GUIDANCE)
    read.Reload()
    assert [round(e.value, 4) for e in read.Scalars("loss")] == [1.0, 0.5, 0.3333, 0.25, 0.2]
    assert read.Histograms("weights")[0].histogram_value.num == 1000
    assert (read.Images("picture")[0].height, read.Images("picture")[0].width) == (8, 6)
    assert "note/text_summary" in read.Tags()["tensors"]
    assert {n.op for n in read.Graph().node} == {"Sequential", "Linear", "ReLU"}
