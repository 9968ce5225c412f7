"""Files from the network: mirrors in turn, the sum checked, the file complete or not there at all.

`STEEPEST_DATA_MIRROR`, an address or a folder holding `NAME/FILE`, is asked before the public ones: a course's own server.
"""

import hashlib
import http.client
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from steepest.errors import text

__all__ = ["fetch"]

PATIENCE_SECONDS = 30
BLOCK = 1 << 20


def fetch(name: str, file: str, md5: str, mirrors: Iterable[str], folder: Path) -> Path:
    """`folder/file`, from the first mirror that has it with the right sum.

    Raises RuntimeError, with what each mirror answered and where the file goes, when none has.
    """
    target = folder / file
    if target.is_file() and _sum(target) == md5:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    reasons = []
    for address in _addresses(name, file, mirrors):
        print(text("downloading", address=address), file=sys.stderr)
        reason = _fetch_from(address, md5, target)
        if reason is None:
            return target
        reasons.append(reason)
    raise RuntimeError(text("dataset-not-downloaded", name=name, file=file, folder=folder, reasons="; ".join(reasons)))


def _addresses(name: str, file: str, mirrors: Iterable[str]) -> list[str]:
    addresses = [mirror.rstrip("/") + "/" + file for mirror in mirrors]
    own = os.environ.get("STEEPEST_DATA_MIRROR", "")
    if own:
        base = own if "://" in own else Path(own).absolute().as_uri()
        addresses.insert(0, f"{base.rstrip('/')}/{name}/{file}")
    return addresses


def _fetch_from(address: str, md5: str, target: Path) -> str | None:
    """None, or why it did not succeed."""
    # Named by hand, since a temporary file could be read by its owner only.
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        seen = hashlib.md5(usedforsecurity=False)
        request = urllib.request.Request(address, headers={"User-Agent": "steepest"})
        with part.open("wb") as file, urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            while block := answer.read(BLOCK):
                seen.update(block)
                file.write(block)
        if seen.hexdigest() != md5:
            return text("download-wrong-sum", address=address, found=seen.hexdigest(), wanted=md5)
        os.replace(part, target)
    except urllib.error.HTTPError as error:
        return text("download-failed", address=address, reason=f"{error.code} {error.reason}")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return text("download-failed", address=address, reason=getattr(error, "reason", None) or str(error) or type(error).__name__)
    finally:
        part.unlink(missing_ok=True)
    return None


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
