"""What a file is that is not PyTorch's, told by its first bytes."""

from collections.abc import Sequence

from steepest.errors import text

__all__ = ["described"]

BEGINNINGS = {
    b"\x89HDF": "seen-hdf5",
    b"\x89PNG": "seen-image",
    b"\xff\xd8\xff": "seen-image",
    b"GIF8": "seen-image",
    b"\x1f\x8b": "seen-gzip",
    b"\x93NUMPY": "seen-npy",
    b"%PDF": "seen-pdf",
    b"\x80": "seen-pickle",
}


def described(head: bytes, members: Sequence[str] | None = None) -> str:
    """The kind of a file that begins with `head`; `members` are the names in it where it is an archive."""
    if members is not None:
        if any(name.endswith("/constants.pkl") for name in members):
            return text("seen-torchscript")
        if any(name.endswith(".npy") for name in members):
            return text("seen-npz")
        return text("seen-archive", members=", ".join(members[:3]) + (", ..." if len(members) > 3 else ""))
    if not head:
        return text("seen-empty")
    for beginning, key in BEGINNINGS.items():
        if head.startswith(beginning):
            return text(key)
    try:
        return text("seen-text", start=head.decode("utf-8")[:20])
    except UnicodeDecodeError:
        return text("seen-bytes", start=head[:8].hex(" "))
