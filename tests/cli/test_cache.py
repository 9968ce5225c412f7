"""`steepest cache`: what is kept of machine code, and how it is cleared."""

from pathlib import Path

import pytest

from steepest.cli import main
from steepest.lower import cache


def test_machine_code_is_counted_and_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path))
    cache.write("a", b"code" * 2**18)
    assert main(["cache"]) == 0
    assert "1 pieces of machine code, 1.0 MiB" in capsys.readouterr().out
    assert main(["cache", "clear"]) == 0
    assert "0 pieces of machine code, 0.0 MiB" in capsys.readouterr().out
    assert not list(tmp_path.glob("*.obj"))


def test_nothing_is_kept_where_the_cache_is_off(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STEEPEST_CACHE", "off")
    assert main(["cache", "clear"]) == 0
    assert "no machine code is kept" in capsys.readouterr().out


def test_another_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "empty"]) == 2
    assert "empty" in capsys.readouterr().err
