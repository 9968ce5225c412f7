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


def values_of(folder):
    """Every value in the event files of a folder, by its tag."""
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    found = {}
    for path in sorted(folder.glob("events.*")):
        for event in reader.LegacyEventFileLoader(str(path)).Load():
            found.update({v.tag: v for v in event.summary.value})
    return found


def test_settings_and_results_of_runs_reach_their_page(tmp_path):
    from tensorboard.plugins.hparams import plugin_data_pb2

    with SummaryWriter(tmp_path) as writer:
        writer.add_hparams({"lr": 0.5, "bias": True, "name": "x"}, {"loss": 0.25}, {"lr": [0.1, 0.5]}, run_name="first")
        with pytest.raises(ValueError, match="one of int"):
            writer.add_hparams({"lr": [1]}, {})
        with pytest.raises(TypeError, match="is not in"):
            writer.add_hparams({"lr": 2.0}, {}, {"lr": [0.1]})
    values = values_of(tmp_path / "first")
    data = {tag.split("/")[1]: plugin_data_pb2.HParamsPluginData.FromString(v.metadata.plugin_data.content)
            for tag, v in values.items() if tag.startswith("_hparams_")}
    assert [i.name for i in data["experiment"].experiment.hparam_infos] == ["lr", "bias", "name"]
    assert [v.number_value for v in data["experiment"].experiment.hparam_infos[0].domain_discrete.values] == [0.1, 0.5]
    assert data["session_start_info"].session_start_info.hparams["lr"].number_value == 0.5
    assert data["session_end_info"].session_end_info.status == 1
    assert data["experiment"].experiment.metric_infos[0].name.tag == "loss" and values["loss"].simple_value == 0.25


def test_precision_recall_curves_are_those_that_torch_writes(tmp_path):
    torch = pytest.importorskip("torch")
    tensor_util = pytest.importorskip("tensorboard.util.tensor_util")
    from torch.utils.tensorboard import SummaryWriter as Theirs

    labels, predictions = steepest.tensor([0, 1, 1, 0, 1]), steepest.tensor([0.1, 0.8, 0.4, 0.6, 0.95])
    with SummaryWriter(tmp_path / "mine") as writer, Theirs(str(tmp_path / "theirs")) as theirs:
        writer.add_pr_curve("curve", labels, predictions, 0)
        theirs.add_pr_curve("curve", torch.tensor(labels.tolist()), torch.tensor(predictions.tolist()), 0)
        writer.add_pr_curve_raw("raw", *[[1.0, 2.0]] * 6, num_thresholds=2)
    mine, other = (values_of(tmp_path / name)["curve"] for name in ("mine", "theirs"))
    assert mine.metadata.plugin_data == other.metadata.plugin_data or mine.metadata.plugin_data.plugin_name == "pr_curves"
    assert abs(tensor_util.make_ndarray(mine.tensor) - tensor_util.make_ndarray(other.tensor)).max() < 1e-6
    assert tensor_util.make_ndarray(values_of(tmp_path / "mine")["raw"].tensor).shape == (6, 2)


def test_points_are_files_that_the_projector_reads(tmp_path):
    from google.protobuf import text_format
    from tensorboard.plugins.projector import projector_config_pb2

    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding(steepest.randn(5, 3), list("abcde"), steepest.rand(5, 3, 4, 4), 7)
        writer.add_embedding(steepest.randn(2, 3), [["a", 1], ["b", 2]], tag="a/b", metadata_header=["letter", "number"])
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), projector_config_pb2.ProjectorConfig())
    first, second = config.embeddings
    assert first.tensor_name == "default:00007" and list(first.sprite.single_image_dim) == [4, 4]
    assert len((tmp_path / first.tensor_path).read_text().splitlines()) == 5 and (tmp_path / first.sprite.image_path).exists()
    assert (tmp_path / second.metadata_path).read_text().splitlines() == ["letter\tnumber", "a\t1", "b\t2"]


def test_meshes_tensors_sounds_films_and_charts(tmp_path):
    from tensorboard.plugins.custom_scalar import layout_pb2
    from tensorboard.plugins.mesh import plugin_data_pb2
    tensor_util = pytest.importorskip("tensorboard.util.tensor_util")
    from matplotlib import pyplot

    with SummaryWriter(tmp_path) as writer:
        points = steepest.rand(1, 4, 3)
        writer.add_mesh("body", points, (points * 255).to(steepest.uint8), steepest.tensor([[[0, 1, 2]]]), {"camera": 1})
        writer.add_tensor("raw", steepest.arange(6.0).reshape(2, 3))
        writer.add_audio("tone", steepest.linspace(0, 100, 800).sin().unsqueeze(0), sample_rate=8000)
        writer.add_video("film", steepest.rand(1, 3, 3, 8, 6))
        writer.add_custom_scalars_multilinechart(["loss/train", "loss/test"], "losses", "both")
        writer.add_histogram_raw("counted", 0, 1, 3, 1.5, 1.0, [0.5, 1.0], [1, 2])
        writer.add_image_with_boxes("boxes", steepest.zeros(3, 20, 30), steepest.tensor([[2, 3, 12, 9]]), labels=["a"])
        writer.add_figure("figure", pyplot.figure(figsize=(2, 1), dpi=50))
        with pytest.raises(ValueError, match="every bucket"):
            writer.add_histogram_raw("counted", 0, 1, 3, 1.5, 1.0, [0.5], [1, 2])
    values = values_of(tmp_path)
    kinds = {tag: plugin_data_pb2.MeshPluginData.FromString(values[tag].metadata.plugin_data.content)
             for tag in ("body_VERTEX", "body_FACE", "body_COLOR")}
    assert [k.content_type for k in kinds.values()] == [1, 2, 3] and {k.components for k in kinds.values()} == {14}
    assert kinds["body_FACE"].json_config == '{"camera": 1}' and list(kinds["body_VERTEX"].shape) == [1, 4, 3]
    assert abs(tensor_util.make_ndarray(values["body_VERTEX"].tensor) - points.numpy()).max() == 0
    assert tensor_util.make_ndarray(values["raw"].tensor).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (values["tone"].audio.sample_rate, values["tone"].audio.length_frames) == (8000, 800)
    assert values["film"].image.encoded_image_string[:3] == b"GIF"
    layout = layout_pb2.Layout.FromString(values["custom_scalars__config__"].tensor.string_val[0])
    assert list(layout.category[0].chart[0].multiline.tag) == ["loss/train", "loss/test"]
    assert list(values["counted"].histo.bucket) == [1, 2] and (values["boxes"].image.height, values["figure"].image.width) == (20, 100)
