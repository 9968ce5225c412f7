"""Machine code: processors with fewer features, the cache on disk, and what is said where LLVM is missing."""

import concurrent.futures
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from steepest.lower import cache, machine
from steepest.lower.text import Function


def python(program: str, **variables: str) -> str:
    """The output of a program in a fresh interpreter, without the user's own cache."""
    own = {"PYTHONPATH": os.pathsep.join(map(str, sys.path)), "PYTHONUTF8": "1", "STEEPEST_CACHE": "off", "STEEPEST_LANG": "en"}
    environment = os.environ | own | variables
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def program(name: str, value: int) -> Function:
    f = Function(name, ["ptr %x"])
    f.store(str(value), "%x", "int64")
    return f


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "with space 缓存"
    monkeypatch.setenv("STEEPEST_CACHE", str(folder))
    return folder


def entries(place: Path) -> list[Path]:
    return sorted(place.glob("*.obj"))


CHECK = """
import numpy as np
from steepest.lower import machine
from steepest.lower.ufunc import make_ufunc
names = "exp log tanh erf sin pow floor round fmod half".split()
def definition(m, x):
    return (m.exp(x), m.log(x), m.tanh(x), m.erf(x), m.sin(x), m.pow(x, 1.7), m.floor(x), m.round(x), m.fmod(x, 0.3),
            m.cast(x, "float16"))
x = np.concatenate([np.linspace(0.01, 8, 999), [0.5, 1.5, 2.5, 1e5, 3e9]]).astype(np.float32)
results = make_ufunc("many", definition, ["float32"], ["float32"] * len(names))(x)
d = x.astype(float)
import math
wanted = [np.exp(d), np.log(d), np.tanh(d), np.vectorize(math.erf)(d), np.sin(d), d ** np.float64(1.7), np.floor(d), np.rint(d),
          np.fmod(d, np.float64(np.float32(0.3))), x.astype(np.float16).astype(float)]
for name, got, right in zip(names, results, wanted):
    with np.errstate(over="ignore"):
        right = right.astype(np.float32)
    if name == "pow":
        assert np.allclose(got, right, rtol=1e-6), name
    else:
        assert (np.abs(got - right)[np.isfinite(right)] <= 3 * np.spacing(np.abs(right))[np.isfinite(right)]).all(), name
print(machine.width("float32"), machine.width("float64"), sorted(machine.features()))
"""


@pytest.mark.parametrize("mask", ["avx512", "avx2", "fma", "avx", "sse4.1"])
def test_processors_with_fewer_features_get_right_code(mask: str) -> None:
    width = int(python(CHECK, STEEPEST_MASK=mask).split()[0])
    if machine.processor() == "x86_64":
        assert width <= {"avx512": 8, "avx2": 4, "fma": 8, "avx": 4, "sse4.1": 4}[mask]


def test_widths_fit_a_register() -> None:
    assert machine.width("float32") in (4, 8, 16)
    assert machine.width("float64") * 2 == machine.width("float32") == machine.width("int32")
    assert machine.width("int8") == machine.width("bool") == 4 * machine.width("float32")


def test_the_second_time_code_comes_from_the_cache(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = program("cached", 41).text()
    machine.compile_text(text, "cached")
    assert len(entries(place)) == 1
    monkeypatch.setattr(machine, "_emit", lambda *_: pytest.fail("compiled again"))
    assert machine.compile_text(text, "cached").address


def test_a_damaged_entry_is_made_anew(place: Path) -> None:
    import ctypes

    text = program("damaged", 42).text()
    machine.compile_text(text, "damaged")
    (entry,) = entries(place)
    for content in (b"", b"short", entry.read_bytes()[:-7], entry.read_bytes()[:100] + b"!" + entry.read_bytes()[101:]):
        entry.write_bytes(content)
        out = ctypes.c_int64()
        machine.compile_text(text, "damaged").function(ctypes.c_void_p)(ctypes.addressof(out))
        assert out.value == 42
        assert cache.read(entry.stem) is not None


def test_several_processes_write_the_same_entries_at_once(place: Path) -> None:
    work = """
import ctypes
from steepest.lower import machine
from steepest.lower.text import Function
for value in range(12):
    f = Function("shared", ["ptr %x"])
    f.store(str(value), "%x", "int64")
    out = ctypes.c_int64(-1)
    machine.compile_text(f.text(), "shared").function(ctypes.c_void_p)(ctypes.addressof(out))
    assert out.value == value
"""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: python(work, STEEPEST_CACHE=str(place)), range(4)))
    assert len(entries(place)) == 12 and not list(place.glob("*.tmp"))


def test_the_cache_is_bounded_and_the_longest_unused_go_first(place: Path) -> None:
    for number in range(8):
        cache.write(f"entry{number}", bytes(1000))
        os.utime(place / f"entry{number}.obj", (time.time() - 1000 + number,) * 2)
    assert cache.read("entry0") is not None         # used just now
    (place / "crashed.tmp").write_bytes(b"")
    os.utime(place / "crashed.tmp", (0, 0))
    cache.trim(place, limit=5 * 1032)
    assert [e.stem for e in entries(place)] == ["entry0", "entry6", "entry7"]
    assert not (place / "crashed.tmp").exists()
    cache.clear()
    assert not entries(place)


def test_without_a_place_for_the_cache_all_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path / "file" / "below"))
    assert machine.compile_text(program("placeless", 1).text(), "placeless").address
    cache.clear()
    monkeypatch.setenv("STEEPEST_CACHE", "off")
    assert cache.folder() is None and machine.compile_text(program("placeless", 2).text(), "placeless").address


def test_the_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("STEEPEST_CACHE", raising=False)
    for platform, variable, expected in [("linux", "XDG_CACHE_HOME", tmp_path / "steepest" / "native"),
                                         ("win32", "LOCALAPPDATA", tmp_path / "steepest" / "native")]:
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setenv(variable, str(tmp_path))
        assert cache.folder() == expected
    monkeypatch.setattr(sys, "platform", "darwin")
    assert str(cache.folder()).endswith(os.path.join("Library", "Caches", "steepest", "native"))


def test_without_llvmlite_one_sentence_says_what_to_do() -> None:
    said = python("""
import sys
sys.modules["llvmlite"] = sys.modules["llvmlite.binding"] = None
from steepest.lower import machine
try:
    machine.compile_text("", "nothing")
except RuntimeError as error:
    print(error)
""")
    assert "llvmlite" in said and "pip install llvmlite" in said


def test_text_that_llvm_refuses_names_the_function() -> None:
    with pytest.raises(RuntimeError, match="wrong"):
        machine.compile_text("define void @wrong( {", "wrong")
