"""The gallery's programs under torch itself and under `steepest run` on the same machine."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


def load_reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_gallery", ROOT / "scripts" / "reference" / "gallery.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gallery = load_reference()


@pytest.mark.parametrize("name", gallery.PROGRAMS)
def test_prints_what_torch_prints(name: str, tmp_path: Path) -> None:
    assert gallery.differences(name, gallery.under_steepest(name, tmp_path), gallery.under_torch(name, tmp_path)) == []
