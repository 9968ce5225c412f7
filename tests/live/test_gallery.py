"""The gallery's programs under torch itself and under `steepest run` on the same machine."""

from pathlib import Path

import pytest
from reference import gallery


@pytest.mark.parametrize("name", gallery.PROGRAMS)
def test_prints_what_torch_prints(name: str, tmp_path: Path) -> None:
    assert gallery.differences(name, gallery.under_steepest(name, tmp_path), gallery.under_torch(name, tmp_path)) == []
