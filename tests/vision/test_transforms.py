"""Transforms: exact values, torchvision's printed forms, and its draws (reference: scripts/reference/vision.py)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import steepest
from steepest.vision import transforms as T
from steepest.vision.transforms import functional as F

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "vision.json").read_text(encoding="utf-8"))


@pytest.fixture
def picture() -> Any:
    return Image.fromarray(np.random.default_rng(3).integers(0, 256, (14, 11, 3), dtype=np.uint8))


@pytest.fixture(autouse=True)
def seeded() -> None:
    steepest.manual_seed(7)


def pixels(x: Any) -> np.ndarray:
    """Any picture as (H, W, C)."""
    return np.atleast_3d(np.array(x)) if not isinstance(x, steepest.Tensor) else x.permute(1, 2, 0).numpy()


def test_to_tensor_scales_bytes_and_keeps_other_numbers(picture: Any) -> None:
    x = T.ToTensor()(picture)
    assert (x.shape, x.dtype, x.is_contiguous()) == ((3, 14, 11), steepest.float32, True)
    assert np.array_equal(x.numpy(), np.array(picture).transpose(2, 0, 1).astype(np.float32) / np.float32(255))
    assert np.array_equal(T.ToTensor()(np.array(picture)).numpy(), x.numpy())
    assert T.ToTensor()(np.ones((2, 3))).dtype == steepest.float64
    assert T.ToTensor()(Image.fromarray(np.array([[70000]], np.int32))).tolist() == [[[70000]]]
    assert T.ToTensor()(Image.fromarray(np.array([[True, False]]))).tolist() == [[[1.0, 0.0]]]
    assert np.array_equal(T.PILToTensor()(picture).numpy(), np.array(picture).transpose(2, 0, 1))


def test_to_pil_image_is_the_way_back(picture: Any) -> None:
    assert np.array_equal(np.array(T.ToPILImage()(T.PILToTensor()(picture))), np.array(picture))
    assert np.array_equal(np.array(T.ToPILImage()(T.ToTensor()(picture))), np.array(picture))
    modes = [T.ToPILImage()(x).mode for x in (steepest.rand(4, 4), steepest.rand(2, 4, 4), steepest.rand(4, 4, 4))]
    assert modes == ["L", "LA", "RGBA"]
    assert T.ToPILImage("F")(steepest.ones(1, 2, 2) * 0.3).mode == "F"
    with pytest.raises(ValueError, match=r"no picture mode fits 3 channels of uint8, mode 'RGBA'"):
        T.ToPILImage("RGBA")(steepest.rand(3, 2, 2))


def test_normalize_is_channel_by_channel() -> None:
    x = steepest.rand(3, 2, 2)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.25, 1.0)
    expected = (x.numpy() - np.float32(mean).reshape(3, 1, 1)) / np.float32(std).reshape(3, 1, 1)
    before = x.clone()
    assert np.array_equal(T.Normalize(mean, std)(x).numpy(), expected) and steepest.equal(x, before)
    assert T.Normalize(mean, std, inplace=True)(x) is x and np.array_equal(x.numpy(), expected)
    with pytest.raises(ValueError, match="holds a zero"):
        T.Normalize((0.0,), (0.0,))(x)
    with pytest.raises(TypeError, match=r"put ToTensor\(\) before Normalize"):
        T.Normalize((0.0,), (1.0,))(Image.new("L", (2, 2)))


def test_convert_image_dtype_scales() -> None:
    x = steepest.tensor([0.0, 0.5, 1.0])
    assert T.ConvertImageDtype(steepest.uint8)(x).tolist() == [0, 127, 255]
    assert F.convert_image_dtype(steepest.tensor([0, 255], dtype=steepest.uint8)).tolist() == [0.0, 1.0]
    assert F.convert_image_dtype(steepest.tensor([255], dtype=steepest.uint8), steepest.int16).tolist() == [255 * 128]
    with pytest.raises(RuntimeError, match="safely"):
        F.convert_image_dtype(x, steepest.int32)


@pytest.mark.parametrize(
    ("size", "expected"), [(7, (8, 7)), ([7], (8, 7)), ((5, 6), (5, 6)), (22, (28, 22)), ((14, 11), (14, 11))]
)
def test_resize_of_the_shorter_edge_keeps_the_ratio(picture: Any, size: Any, expected: tuple[int, int]) -> None:
    assert T.Resize(size)(picture).size == expected[::-1]
    assert T.Resize(size)(T.ToTensor()(picture)).shape[-2:] == expected


def test_resize_to_max_size_and_values(picture: Any) -> None:
    assert F.get_image_size(F.resize(picture, 10, max_size=11)) == [9, 11]
    column = steepest.tensor([[[0.0, 1.0, 2.0, 3.0]]])
    assert F.resize(column, (1, 2)).tolist()[0][0] == pytest.approx([5 / 7, 16 / 7], abs=1e-6)  # the triangle of width 4
    assert F.resize(column, (1, 2), antialias=False).tolist() == [[[0.5, 2.5]]]
    assert F.resize(column, (1, 2), T.InterpolationMode.NEAREST).tolist() == [[[0.0, 2.0]]]
    close = pixels(F.resize(picture, 7)).astype(int) - pixels(F.resize(F.pil_to_tensor(picture), 7))
    assert abs(close).max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        lambda x: F.crop(x, 2, 3, 5, 6), lambda x: F.crop(x, -2, 8, 5, 6), lambda x: F.crop(x, 10, -3, 9, 6),
        lambda x: F.center_crop(x, 6), lambda x: F.center_crop(x, (20, 5)), lambda x: F.center_crop(x, (7, 19)),
        lambda x: F.pad(x, 2), lambda x: F.pad(x, (1, 2), fill=9), lambda x: F.pad(x, (1, 2, 3, 4), padding_mode="edge"),
        lambda x: F.pad(x, 3, padding_mode="reflect"), lambda x: F.pad(x, (3, 1), padding_mode="symmetric"),
        F.hflip, F.vflip, lambda x: F.rotate(x, 180), lambda x: F.rotate(x, 0),
        F.invert, lambda x: F.five_crop(x, 5)[2], lambda x: F.rotate(F.crop(x, 0, 0, 9, 7), 90, expand=True),
    ],
)  # fmt: skip
def test_tensors_and_pictures_change_alike(picture: Any, change: Any) -> None:
    assert np.array_equal(pixels(change(picture)), pixels(change(F.pil_to_tensor(picture))))


def test_rotation_at_any_angle_is_pillows() -> None:
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8))
    for angle in (17, -30, 200):
        assert np.array_equal(pixels(picture.rotate(angle)), pixels(F.rotate(F.pil_to_tensor(picture), angle)))
        shifted = pixels(picture.rotate(angle, center=(4, 6), fillcolor=50))
        assert np.array_equal(shifted, pixels(F.rotate(F.pil_to_tensor(picture), angle, center=[4, 6], fill=[50])))

    wide = picture.crop((0, 0, 28, 20))
    assert F.rotate(F.pil_to_tensor(wide), 30, expand=True).shape[1:] == wide.rotate(30, expand=True).size[::-1]


@pytest.mark.parametrize(
    ("change", "within"),
    [(lambda x: F.adjust_brightness(x, 1.7), 1), (lambda x: F.adjust_contrast(x, 0.4), 1), (lambda x: F.adjust_saturation(x, 1.9), 1),
     (lambda x: F.adjust_hue(x, -0.25), 6), (lambda x: F.rgb_to_grayscale(x, 3), 1)],
)  # fmt: skip
def test_colours_of_tensors_and_pictures_change_alike(picture: Any, change: Any, within: int) -> None:
    difference = pixels(change(picture)).astype(int) - pixels(change(F.pil_to_tensor(picture)))
    assert abs(difference).max() <= within


def test_hue_turns_red_to_green_and_leaves_grey() -> None:
    x = steepest.tensor([1.0, 0.0, 0.0, 0.5, 0.5, 0.5]).view(2, 3).T.reshape(3, 1, 2)
    turned = F.adjust_hue(x, 1 / 3)
    assert np.allclose(turned.numpy()[:, 0].T, [[0, 1, 0], [0.5, 0.5, 0.5]], atol=1e-6)


def test_flips_draw_once_a_picture() -> None:
    marked = steepest.tensor([[[0.0, 1.0]]])
    assert [T.RandomHorizontalFlip(0.3)(marked)[0, 0, 0].item() == 1 for _ in range(10)] == REFERENCE["flips"]
    steepest.manual_seed(7)
    assert [T.RandomVerticalFlip(0.3)(marked.mT)[0, 0, 0].item() == 1 for _ in range(10)] == REFERENCE["flips"]


def test_crops_rotations_and_resized_crops_draw_torchvisions_numbers() -> None:
    x = steepest.arange(40 * 36).view(1, 40, 36)
    corners = [divmod(T.RandomCrop(32)(x)[0, 0, 0].item(), 36) for _ in range(5)]
    assert [list(corner) for corner in corners] == REFERENCE["crops"]
    steepest.manual_seed(7)
    assert [T.RandomRotation.get_params([-10.0, 25.0]) for _ in range(5)] == REFERENCE["angles"]
    steepest.manual_seed(7)
    drawn = [list(T.RandomResizedCrop.get_params(x, (0.08, 1.0), (3 / 4, 4 / 3))) for _ in range(8)]
    assert drawn == REFERENCE["resized_crops"]


def test_a_crop_of_the_whole_draws_nothing() -> None:
    before = steepest.get_rng_state()
    T.RandomCrop(4)(steepest.zeros(1, 4, 4))
    assert steepest.equal(before, steepest.get_rng_state())
    with pytest.raises(ValueError, match=r"the crop \(5, 5\) is larger than the picture \(4, 4\)"):
        T.RandomCrop(5)(steepest.zeros(1, 4, 4))
    assert T.RandomCrop(5, pad_if_needed=True)(steepest.zeros(1, 4, 4)).shape == (1, 5, 5)


def test_jitter_draws_the_order_then_the_factors() -> None:
    jitter = T.ColorJitter(0.4, 0.3, 0, 0.1)
    for order, *factors in REFERENCE["jitters"]:
        got_order, *got = jitter.get_params(jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue)
        assert got_order.tolist() == order
        assert got == factors
    for wrong in ({"brightness": -1}, {"hue": 0.6}, {"contrast": (2, 1)}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            T.ColorJitter(**wrong)


def test_erasing_draws_shape_noise_then_place() -> None:
    x = steepest.zeros(1, 12, 10)
    for top, left, height, width, first in REFERENCE["erasings"]:
        erased = T.RandomErasing(p=1, value="random")(x)
        assert erased[0, top, left].item() == pytest.approx(first, rel=1e-6)
        assert (erased != 0).nonzero()[:, 1:].amax(0).tolist() == [top + height - 1, left + width - 1]
    assert T.RandomErasing(p=0)(x) is x and not x.any()


def test_random_apply_compose_and_lambda() -> None:
    double = T.Lambda(lambda x: x * 2)
    x = steepest.ones(1, 1, 1)
    assert T.Compose([double, double])(x).item() == 4
    assert [T.RandomApply([double], p)(x).item() for p in (0.0, 1.0)] == [1, 2]
    with pytest.raises(TypeError, match="takes a function"):
        T.Lambda(3)


@pytest.mark.parametrize(
    ("transform", "printed"),
    [
        (T.ToTensor(), "ToTensor()"), (T.PILToTensor(), "PILToTensor()"), (T.ToPILImage("L"), "ToPILImage(mode=L)"),
        (T.ToPILImage(), "ToPILImage()"), (T.Normalize((0.1307,), (0.3081,)), "Normalize(mean=(0.1307,), std=(0.3081,))"),
        (T.Resize(256), "Resize(size=256, interpolation=bilinear, max_size=None, antialias=True)"),
        (T.CenterCrop(224), "CenterCrop(size=(224, 224))"), (T.RandomCrop(32, padding=4), "RandomCrop(size=(32, 32), padding=4)"),
        (T.Pad(4), "Pad(padding=4, fill=0, padding_mode=constant)"), (T.RandomHorizontalFlip(), "RandomHorizontalFlip(p=0.5)"),
        (T.RandomRotation(10), "RandomRotation(degrees=[-10.0, 10.0], interpolation=nearest, expand=False, fill=0)"),
        (T.Grayscale(), "Grayscale(num_output_channels=1)"), (T.Lambda(abs), "Lambda()"),
        (T.RandomResizedCrop(224),
         "RandomResizedCrop(size=(224, 224), scale=(0.08, 1.0), ratio=(0.75, 1.3333), interpolation=bilinear, antialias=True)"),
        (T.ColorJitter(0.5), "ColorJitter(brightness=(0.5, 1.5), contrast=None, saturation=None, hue=None)"),
        (T.RandomErasing(), "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)"),
        (T.ConvertImageDtype(steepest.float32), "ConvertImageDtype()"),
        (T.RandomApply([T.ToTensor()], 0.25), "RandomApply(\n    p=0.25\n    ToTensor()\n)"),
        (T.Compose([T.ToTensor(), T.Grayscale(3)]), "Compose(\n    ToTensor()\n    Grayscale(num_output_channels=3)\n)"),
    ],
)  # fmt: skip
def test_printed_as_torchvision_prints(transform: Any, printed: str) -> None:
    assert repr(transform) == printed


@pytest.mark.parametrize(
    ("wrong", "kind", "sentence"),
    [
        (lambda: T.Resize((1, 2, 3)), ValueError, "one int or"), (lambda: T.Pad((1, 2, 3)), ValueError, "1, 2"),
        (lambda: T.Pad(1, padding_mode="zeros"), ValueError, "constant, edge, reflect, symmetric"),
        (lambda: T.RandomHorizontalFlip(1.5), ValueError, "p is 1.5"), (lambda: F.to_tensor([1]), TypeError, "PIL picture or an array"),
        (lambda: F.hflip([1]), TypeError, "hflip takes"), (lambda: T.RandomRotation(-3), ValueError, "degrees"),
        (lambda: F.adjust_hue(steepest.rand(3, 2, 2), 0.7), ValueError, "hue_factor"),
        (lambda: T.RandomErasing()(Image.new("L", (2, 2))), TypeError, r"after ToTensor\(\)"),
        (lambda: T.RandomErasing(1, value=[1, 2])(steepest.rand(3, 2, 2)), ValueError, "of 3 numbers"),
        (lambda: F.resize(steepest.rand(3, 2, 2), 1, T.InterpolationMode.LANCZOS), ValueError, "lanczos"),
    ],
)  # fmt: skip
def test_mistakes_are_told(wrong: Any, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        wrong()


def test_the_second_version_lets_labels_pass(picture: Any) -> None:
    from steepest.vision.transforms import v2

    steps = v2.Compose([v2.ToImage(), v2.RandomCrop(8), v2.RandomHorizontalFlip(), v2.ToDtype(steepest.float32, scale=True)])
    steepest.manual_seed(3)
    image, label = steps(picture, 7)
    steepest.manual_seed(3)
    assert (image.shape, image.dtype, label) == ((3, 8, 8), steepest.float32, 7) and steepest.equal(image, steps(picture))
    steepest.manual_seed(3)
    assert steepest.allclose(image, T.Compose([T.ToTensor(), T.RandomCrop(8), T.RandomHorizontalFlip()])(picture))
    kept = v2.Resize(6)({"image": v2.functional.to_image(picture), "label": 3, "ids": steepest.arange(2)})
    assert kept["image"].shape == (3, 7, 6) and kept["label"] == 3 and kept["ids"].tolist() == [0, 1]
    with pytest.raises(TypeError, match="one picture a call"):
        v2.Resize(6)(picture, picture)


def test_the_second_versions_conversions() -> None:
    from steepest.vision.transforms.v2 import functional as F2

    third = steepest.tensor([[85]], dtype=steepest.uint8)
    assert F2.to_dtype(third, steepest.float32, scale=True).item() == float(np.float32(85) * np.float32(1 / 255))
    assert F2.to_dtype(third, steepest.float32).item() == 85 and F2.to_dtype(steepest.ones(1, 1), steepest.uint8, scale=True).item() == 255
    assert F2.to_image(np.zeros((4, 5), np.uint8)).shape == (1, 4, 5) and F2.get_size(steepest.zeros(3, 4, 5)) == [4, 5]
    assert F2.grayscale_to_rgb(steepest.ones(1, 2, 2)).shape == (3, 2, 2)


def test_a_transform_of_the_programs_own_draws_once_a_call() -> None:
    from steepest.vision.transforms import v2

    class Filled(v2.Transform):
        def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
            return {"value": steepest.rand(1).item()}

        def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
            return inpt * 0 + params["value"]

    assert Filled()(steepest.ones(1, 2, 2), "label")[0].unique().numel() == 1
