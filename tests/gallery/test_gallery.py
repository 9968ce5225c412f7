"""The gallery's programs, unmodified PyTorch, print under `steepest run` what they print under PyTorch 2.13."""

import json
from pathlib import Path

import pytest
from reference import gallery

ROOT = Path(__file__).parent.parent.parent

EXPECTED = json.loads(gallery.REFERENCE.read_text(encoding="utf-8"))["outputs"]


@pytest.mark.parametrize("name", gallery.PROGRAMS)
def test_program_prints_what_pytorch_prints(name: str, tmp_path: Path) -> None:
    assert gallery.differences(name, gallery.under_steepest(name, tmp_path), EXPECTED[name]) == []


@pytest.mark.parametrize("name", ["linear_regression", "accumulation_and_hooks", "matrix_factorisation", "vae"])
def test_native_loops_print_what_pytorch_prints(name: str, tmp_path: Path) -> None:
    assert gallery.differences(name, gallery.under_steepest(name, tmp_path, "--native"), EXPECTED[name]) == []


def test_the_comparison_sees_wrong_words_and_numbers() -> None:
    right = ["epoch 1 loss 0.50000", "epoch 2 loss 0.40000"]
    assert gallery.differences("vae", ["epoch 1  loss 0.50001", "epoch 2 loss 0.40004"], right) == []
    for wrong in (["epoch 1 loss 0.50003", right[1]], [right[0], "epoch 2 loss 0.40006"], [right[0], "epoch 3 loss 0.40000"],
                  ["epoch 1 LOSS 0.50000", right[1]], right[:1]):
        assert len(gallery.differences("vae", wrong, right)) == 1


def test_every_program_is_named_in_the_readme() -> None:
    readme = (ROOT / "examples" / "gallery" / "README.md").read_text(encoding="utf-8")
    assert [name for name in gallery.PROGRAMS if f"`{name}.py`" not in readme] == []
