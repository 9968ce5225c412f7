"""Runs the examples of PyTorch's docstrings, a list of `[name, [source, ...]]` in a file, and prints what they print as JSON.

`python documented.py EXAMPLES torch` or `... steepest`, whose alias then bears the name `torch`.
"""

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import warnings
from typing import Any

BEFORE = """
import copy, functools, itertools, math, os, sys
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.autograd.forward_ad as fwAD
from torch import Tensor, optim
from torch.nn.utils.rnn import *
from torch.nn.utils import *
from torch.autograd import *
from torch.distributions import *
from torch.utils.data import *
from torch.func import *
from torch.optim.lr_scheduler import *
from torch.nn.utils import parametrize, prune
from torch.nn.utils.parametrizations import *
"""


class Late(BaseException):
    """An example takes too long."""


def late(*_: Any) -> None:
    raise Late


def outcomes(sources: list[str]) -> list[list[str]]:
    """What each line of an example prints, and the error that it raises."""
    import torch

    names: dict[str, Any] = {"__name__": "__main__"}
    exec(BEFORE, names)
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.set_printoptions(profile="default")
    torch.use_deterministic_algorithms(False)
    found = []
    for source in sources:
        printed, error = io.StringIO(), ""
        signal.alarm(10)
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                exec(compile(source, "example", "single"), names)
        except (Exception, Late) as problem:
            error = f"{type(problem).__name__}: {problem}"
        finally:
            signal.alarm(0)
        found.append([printed.getvalue(), error])
    return found


def main() -> None:
    """Run them all in a folder of their own."""
    path, library = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        examples = json.load(file)
    if library == "steepest":
        import steepest.as_torch  # noqa: F401
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, late)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        json.dump([outcomes(sources) for _, sources in examples], sys.stdout)


if __name__ == "__main__":
    main()
