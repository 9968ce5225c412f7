"""`torch.hub`, as model files name it: files of weights, from the cache or the network. Models that bring code of their own are out."""

import hashlib
import os
import re
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from steepest.errors import outside, text
from steepest.serialization import load as load_file

__all__ = ["download_url_to_file", "get_dir", "load_state_dict_from_url", "set_dir"]
outside.explain(__name__)

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")
BLOCK = 1 << 20
PATIENCE_SECONDS = 30
_chosen: list[str] = []

try:
    from tqdm.auto import tqdm  # type: ignore[import-untyped]
except ImportError:
    class tqdm:  # type: ignore[no-redef]
        """The bar of the package of that name where that is not installed: what it goes through, without a picture."""

        def __init__(self, iterable: Iterable[Any] = (), *args: Any, **options: Any):
            self.iterable = iterable

        def __iter__(self) -> Iterator[Any]:
            return iter(self.iterable)

        def update(self, n: int = 1) -> None:
            """Nothing to draw."""

        set_postfix = set_description = close = update

        def __enter__(self) -> "tqdm":
            return self

        def __exit__(self, *problem: Any) -> None:
            pass


def get_dir() -> str:
    """The folder of the cache: what `set_dir` set, or `hub` in `TORCH_HOME`, in `XDG_CACHE_HOME/torch` or in `~/.cache/torch`."""
    if _chosen:
        return _chosen[-1]
    home = os.environ.get("TORCH_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "torch")
    return os.path.join(os.path.expanduser(home), "hub")


def set_dir(d: str | os.PathLike[str]) -> None:
    """Keep files there from now on."""
    _chosen[:] = [os.path.expanduser(d)]


def download_url_to_file(url: str, dst: str, hash_prefix: str | None = None, progress: bool = True) -> None:
    """The file behind `url` as `dst`; RuntimeError where its SHA-256 does not begin with `hash_prefix`."""
    target, seen = Path(dst).expanduser(), hashlib.sha256()
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    request = urllib.request.Request(url, headers={"User-Agent": "steepest"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer, part.open("wb") as file:
            while block := answer.read(BLOCK):
                seen.update(block)
                file.write(block)
        if hash_prefix and not seen.hexdigest().startswith(hash_prefix):
            raise RuntimeError(text("download-wrong-hash", wanted=hash_prefix, found=seen.hexdigest()))
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def load_state_dict_from_url(url: str, model_dir: str | None = None, map_location: Any = None, progress: bool = True,
                             check_hash: bool = False, file_name: str | None = None, weights_only: bool = True) -> Any:
    """What the file behind `url` holds; it is fetched into the cache once. `check_hash` compares it with the digits in its name."""
    folder = Path(model_dir or os.path.join(get_dir(), "checkpoints"))
    folder.mkdir(parents=True, exist_ok=True)
    name = file_name or os.path.basename(urlparse(url).path)
    cached = folder / name
    if not cached.is_file():
        print(f'Downloading: "{url}" to {cached}', file=sys.stderr)
        digits = HASH_REGEX.search(name) if check_hash else None
        download_url_to_file(url, str(cached), digits and digits.group(1), progress)
    return load_file(str(cached), map_location=map_location, weights_only=weights_only)
