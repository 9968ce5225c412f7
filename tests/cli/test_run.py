"""`steepest run` gives a program what `python` would give it, and shows its errors as Python does, without our frames."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name has a space and Chinese characters in it."""
    folder = tmp_path / "my 程序"
    folder.mkdir()
    return folder


def steepest(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")}
    variables |= {"PYTHONIOENCODING": "utf-8", "STEEPEST_LANG": "en", **environment}
    return subprocess.run(
        [sys.executable, "-m", "steepest", *arguments],
        cwd=folder, env=variables, capture_output=True, text=True, encoding=variables["PYTHONIOENCODING"], timeout=60,
    )


def run(folder: Path, source: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(source, encoding="utf-8")
    return steepest(folder, "run", "program.py", *arguments, **environment)


def test_program_sees_what_python_shows_it(folder: Path) -> None:
    (folder / "neighbour.py").write_text("name = 'beside the program'\n", encoding="utf-8")
    source = (
        "import os, sys, neighbour\n"
        "print(sys.argv, __name__, os.path.basename(__file__), os.path.isabs(__file__))\n"
        "print(sys.modules['__main__'].__file__ == __file__)\n"
        "print(neighbour.name, sys.path[0] == os.path.dirname(__file__), os.getcwd() == os.path.dirname(__file__))\n"
    )
    (folder / "program.py").write_text(source, encoding="utf-8")
    ours = steepest(folder, "run", "program.py", "a", "--help", "-x=1", "--")
    python = subprocess.run(
        [sys.executable, "program.py", "a", "--help", "-x=1", "--"], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert ours.stderr == ""
    assert ours.stdout == python.stdout


def test_torch_means_steepest_submodules_included(folder: Path) -> None:
    done = run(
        folder,
        "import torch, steepest\nimport torch.nn as nn, torch.nn.functional as F\n"
        "from torch.utils.data import DataLoader\n"
        "import steepest.utils.data\n"
        "print(torch is steepest, nn is steepest.nn, F is steepest.nn.functional, DataLoader is steepest.utils.data.DataLoader)\n"
        "print(nn.__spec__.name, nn.__name__, torch.__version__ == steepest.__version__)\n"
        "try:\n    import torch.nonsense\nexcept ModuleNotFoundError as error:\n    print(error)\n",
    )
    assert done.stdout == "True True True True\nsteepest.nn steepest.nn True\nNo module named 'torch.nonsense'\n", done.stderr


def test_exit_codes(folder: Path) -> None:
    assert run(folder, "import sys; sys.exit(7)").returncode == 7
    assert run(folder, "raise SystemExit").returncode == 0
    message = run(folder, "raise SystemExit('the end')")
    assert (message.returncode, message.stderr) == (1, "the end\n")
    assert run(folder, "raise KeyboardInterrupt").returncode == 130
    assert run(folder, "1 / 0").returncode == 1


def test_traceback_shows_the_programs_frames_only(folder: Path) -> None:
    done = run(
        folder,
        "import torch\n\n\ndef multiply(a, b):\n    return a @ b\n\n\n"
        "model = torch.nn.Linear(2, 1)\nmodel(multiply(torch.ones(2, 3), torch.ones(2, 3)))\n",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert "line 9, in <module>" in done.stderr and "line 5, in multiply" in done.stderr
    assert done.stderr.count("  File ") == 2
    assert done.stderr.splitlines()[-1].startswith("RuntimeError: ")
    full = run(folder, "import torch\ntorch.ones(2, 3) @ torch.ones(2, 3)\n", STEEPEST_TRACEBACK="full")
    assert full.stderr.count("  File ") > 2


def test_traceback_of_chained_and_syntax_errors(folder: Path) -> None:
    done = run(folder, "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('second') from e\n")
    assert "ZeroDivisionError" in done.stderr and done.stderr.endswith("ValueError: second\n")
    done = run(folder, "x = (\n")
    python = subprocess.run([sys.executable, "program.py"], cwd=folder, capture_output=True, text=True, encoding="utf-8",
                            env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert (done.returncode, done.stderr) == (1, python.stderr)


def test_own_encoding_line_is_honoured(folder: Path) -> None:
    (folder / "program.py").write_bytes("# -*- coding: gbk -*-\nprint('梯度')\n".encode("gbk"))
    assert steepest(folder, "run", "program.py").stdout == "梯度\n"


@pytest.mark.parametrize("encoding", ["gbk", "cp1252"])
def test_narrow_consoles_never_end_a_program(folder: Path, encoding: str) -> None:
    done = run(folder, "print('梯度 café ✓ ∂')", PYTHONIOENCODING=encoding, STEEPEST_LANG="zh")
    assert done.returncode == 0 and "?" in done.stdout
    assert steepest(folder, "course", PYTHONIOENCODING=encoding, STEEPEST_LANG="zh").returncode == 0
    assert steepest(folder, "--help", PYTHONIOENCODING=encoding).returncode == 0


def test_missing_program_is_one_sentence(folder: Path) -> None:
    done = steepest(folder, "run", "nothing.py")
    assert done.returncode == 2
    assert done.stderr.startswith("there is no program nothing.py here") and done.stderr.count("\n") == 1


def test_wrong_command_and_option_are_one_sentence(folder: Path) -> None:
    for words in (["trian"], ["course", "x"], ["course", "--no"], ["run"], ["course", "99"]):
        done = steepest(folder, *words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr


def test_show_without_a_display_writes_files_named_after_the_program(folder: Path) -> None:
    source = "import matplotlib.pyplot as plt\nfor k in 1, 2:\n    plt.plot([k, 2])\n    plt.show()\nprint(plt.get_fignums())\n"
    done = run(folder, source)
    assert (done.stdout, done.returncode) == ("[]\n", 0)
    if sys.platform == "linux":
        assert done.stderr == "[figure saved as program-figure-1.png]\n[figure saved as program-figure-2.png]\n"
        assert (folder / "program-figure-2.png").read_bytes().startswith(b"\x89PNG")


def test_old_plotting_code_is_told_how_it_is_written_today(folder: Path) -> None:
    old = "import matplotlib.pyplot as plt\nfrom mpl_toolkits.mplot3d import Axes3D\nfig = plt.figure()\n"
    gone = run(folder, old + "ax = fig.gca(projection='3d')\n")
    assert gone.returncode == 1 and "+ ax = fig.add_subplot(projection='3d')" in gone.stderr
    if sys.platform == "linux":
        drawn = "ax.plot([1, 2], [3, 4], [5, 6])\nplt.title('loss')\nplt.show()\n"
        assert 'fig.add_subplot(projection="3d")' in run(folder, old + "ax = Axes3D(fig)\n" + drawn).stderr
        assert "empty" not in run(folder, old + "ax = fig.add_subplot(projection='3d')\n" + drawn).stderr


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_alias_reaches_workers(folder: Path, method: str) -> None:
    if method != "spawn" and sys.platform == "win32":
        pytest.skip("Windows only spawns")
    (folder / "work.py").write_text(
        "import torch\n\n"
        "def work(x):\n    return torch.__name__, (torch.tensor(x) * 2).item(), 'steepest' in torch.__file__\n", encoding="utf-8"
    )
    source = (
        "import multiprocessing, torch, work\n\n"
        "def here(x):\n    return torch.__name__, (torch.tensor(x) * 3).item(), 'steepest' in torch.__file__\n\n"
        "if __name__ == '__main__':\n"
        f"    with multiprocessing.get_context('{method}').Pool(1) as pool:\n"
        "        print(pool.map(work.work, [1.5]), pool.map(here, [1.5]))\n"
    )
    done = run(folder, source)
    assert done.stdout == "[('torch', 3.0, True)] [('torch', 4.5, True)]\n", done.stderr


def test_seed_is_manual_seed(folder: Path) -> None:
    (folder / "program.py").write_text("import torch\nprint(torch.rand(1).item())\n", encoding="utf-8")
    seeded = steepest(folder, "run", "--seed", "3", "program.py", "--seed")
    by_hand = run(folder, "import torch\ntorch.manual_seed(3)\nprint(torch.rand(1).item())\n")
    assert seeded.stdout == by_hand.stdout != "", seeded.stderr


def test_every_file_is_opened_with_an_encoding(folder: Path) -> None:
    (folder / "program.py").write_text("import torch\nprint(torch.ones(1).item())\n", encoding="utf-8")
    for words in (["run", "program.py"], ["course"], ["course", "19"]):
        command = [sys.executable, "-X", "warn_default_encoding", "-W", "error::EncodingWarning", "-m", "steepest", *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=60)
        assert done.returncode == 0, done.stderr


def test_home_that_cannot_be_written(folder: Path) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    home = str(folder / "file" / "home")
    source = "import torch, matplotlib.pyplot as plt\nprint((torch.ones(3) * 2).sum().item())\nplt.plot([1, 2])\nplt.show()\n"
    done = run(folder, source, HOME=home, USERPROFILE=home, XDG_CACHE_HOME=home, XDG_CONFIG_HOME=home, LOCALAPPDATA=home)
    assert (done.returncode, done.stdout) == (0, "6.0\n"), done.stderr


def run_with(folder: Path, source: str, option: str) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(source, encoding="utf-8")
    return steepest(folder, "run", option, "program.py")


LOOP = """import torch
w = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
losses = []
for step in range(3000):
    loss = ((w - 2) ** 2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 1000 == 999:
        print(f"step {step} loss {loss.item():.6f}", len(losses))
print(w)
"""


def test_loops_are_native_and_the_closing_line_says_so(folder: Path) -> None:
    native, eager = (run_with(folder, LOOP, option) for option in ("--native", "--eager"))
    assert native.stdout == eager.stdout != "", native.stderr
    assert eager.stderr == ""
    assert native.stderr.startswith("[steepest: ") and "native: line 5 (2,9" in native.stderr and native.stderr.count("\n") == 1
    chinese = steepest(folder, "run", "--native", "program.py", STEEPEST_LANG="zh")
    assert "机器码:第 5 行" in chinese.stderr


def test_explain_shows_program_and_plan(folder: Path) -> None:
    (folder / "program.py").write_text(LOOP, encoding="utf-8")
    done = steepest(folder, "run", "--native", "--explain", "program.py")
    assert "sgd in" in done.stderr and "# program.py:9" in done.stderr and "tiny" in done.stderr


def test_a_loop_that_stays_eager_is_named_with_its_line(folder: Path) -> None:
    source = LOOP.replace("    losses.append(loss.item())\n", "    if loss.item() > 1e9: break\n").replace(", len(losses)", "")
    done = run_with(folder, source, "--native")
    assert "eager: line 5: program.py:10: " in done.stderr


def test_an_error_in_a_native_loop_has_the_programs_line(folder: Path) -> None:
    done = run_with(folder, LOOP.replace("print(f", "raise ValueError(f").replace(", len(losses))", ")"), "--native")
    assert done.returncode == 1
    assert "program.py\", line 12, in <module>" in done.stderr and done.stderr.count("  File ") == 1
    assert "ValueError: step 999 loss 0.000000" in done.stderr
