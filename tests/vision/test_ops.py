"""torchvision.ops: boxes and blocks; the numbers are torchvision's."""

import pytest

import steepest as torch
from steepest import nn
from steepest.vision import ops

BOXES = torch.tensor([[0.0, 0, 10, 10], [1, 1, 11, 11], [0, 0, 5, 20], [30, 30, 40, 40]])


def test_forms_and_areas_of_boxes():
    assert ops.box_convert(BOXES[1:2], "xyxy", "cxcywh").tolist() == [[6, 6, 10, 10]]
    assert ops.box_convert(ops.box_convert(BOXES, "xyxy", "xywh"), "xywh", "xyxy").tolist() == BOXES.tolist()
    assert ops.box_area(BOXES).tolist() == [100, 100, 100, 100]
    with pytest.raises(ValueError, match="Unsupported Bounding Box"):
        ops.box_convert(BOXES, "xyxy", "yx")


def test_overlaps():
    assert ops.box_iou(BOXES[:1], BOXES).tolist()[0] == pytest.approx([1, 81 / 119, 1 / 3, 0])
    assert ops.generalized_box_iou(BOXES[:1], BOXES[3:]).item() == pytest.approx(-(1600 - 200) / 1600)


def test_the_best_of_overlapping_boxes_is_kept():
    scores = torch.tensor([0.5, 0.9, 0.8, 0.1])
    assert ops.nms(BOXES, scores, 0.5).tolist() == [1, 2, 3]
    assert ops.nms(BOXES, scores, 0.2).tolist() == [1, 3] and ops.nms(BOXES, scores, 0.7).tolist() == [1, 2, 0, 3]
    assert ops.batched_nms(BOXES, scores, torch.tensor([0, 1, 0, 0]), 0.2).tolist() == [1, 2, 3]
    assert ops.batched_nms(BOXES[:0], scores[:0], torch.tensor([]), 0.5).tolist() == []


def test_boxes_at_the_border_and_small_ones():
    assert ops.clip_boxes_to_image(BOXES, (20, 35)).tolist()[3] == [30, 20, 35, 20]
    assert ops.remove_small_boxes(BOXES, 6).tolist() == [0, 1, 3]


def test_the_focal_loss_weighs_what_is_not_known_yet():
    loss = ops.sigmoid_focal_loss(torch.tensor([0.0, 2.0]), torch.tensor([1.0, 0.0]))
    assert loss.tolist() == pytest.approx([0.25 * 0.25 * 0.693147, 0.75 * 0.880797**2 * 2.126928], rel=1e-5)


def test_frozen_statistics_are_buffers():
    frozen = ops.FrozenBatchNorm2d(3)
    usual = nn.BatchNorm2d(3).eval()
    usual.running_mean[:] = torch.tensor([1.0, 2, 3])
    frozen.load_state_dict(usual.state_dict())
    x = torch.arange(24.0).reshape(2, 3, 2, 2)
    assert torch.allclose(frozen(x), usual(x)) and not list(frozen.parameters())
    assert repr(frozen) == "FrozenBatchNorm2d(3, eps=1e-05)"


def test_rows_are_dropped_as_a_whole():
    torch.manual_seed(0)
    layer = ops.StochasticDepth(0.5, "row")
    rows = layer(torch.ones(8, 3))
    assert set(rows.flatten().tolist()) == {0.0, 2.0} and all(row[0] == row[1] == row[2] for row in rows)
    assert layer.eval()(torch.ones(2)).tolist() == [1, 1]
    with pytest.raises(ValueError, match="mode has to be"):
        ops.stochastic_depth.stochastic_depth(rows, 0.5, "column")


def test_blocks():
    block = ops.Conv2dNormActivation(3, 4, stride=2, activation_layer=nn.ReLU6)
    assert [type(m).__name__ for m in block] == ["Conv2d", "BatchNorm2d", "ReLU6"] and block[0].bias is None
    assert block(torch.ones(2, 3, 8, 8)).shape == (2, 4, 4, 4) and ops.Conv2dNormActivation(3, 4, norm_layer=None)[0].bias is not None
    assert ops.SqueezeExcitation(4, 2)(torch.ones(1, 4, 3, 3)).shape == (1, 4, 3, 3)
    assert [type(m).__name__ for m in ops.MLP(2, [3, 1], norm_layer=nn.LayerNorm)] == [
        "Linear", "LayerNorm", "ReLU", "Dropout", "Linear", "Dropout"]
    assert ops.Permute([0, 2, 1])(torch.ones(1, 2, 3)).shape == (1, 3, 2)
    with pytest.raises(ImportError, match="no deform_conv2d"):
        _ = ops.deform_conv2d
