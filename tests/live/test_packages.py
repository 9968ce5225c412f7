"""Programs that use packages written for PyTorch print under `steepest run` what they print under torch itself."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("script_packages", ROOT / "scripts" / "packages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


packages = load_script()


@pytest.mark.parametrize("name", [name for name in packages.PROGRAMS if packages.installed(name)])
def test_prints_what_torch_prints(name: str) -> None:
    found = packages.outcome(name)
    assert found.agrees, (found.differing, found.errors)
