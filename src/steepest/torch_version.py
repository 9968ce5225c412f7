"""`torch.torch_version`: a version is a text that compares with other versions, as texts or tuples, by its numbers."""

from typing import Any

__all__ = ["TorchVersion"]


class TorchVersion(str):
    """A version as PyTorch gives it: `torch.__version__ >= (1, 10)`; compared with what is no version, it is a text."""

    def _compare(self, other: Any, operation: str) -> bool:
        from packaging.version import InvalidVersion, Version

        if isinstance(other, tuple):
            other = ".".join(str(x) for x in other)
        try:
            return bool(getattr(Version(str(self)), operation)(Version(str(other))))
        except InvalidVersion:
            return bool(getattr(str, operation)(str(self), str(other)))

    def __eq__(self, other: object) -> bool:
        return self._compare(other, "__eq__")

    def __ne__(self, other: object) -> bool:
        return not self._compare(other, "__eq__")

    def __lt__(self, other: Any) -> bool:
        return self._compare(other, "__lt__")

    def __le__(self, other: Any) -> bool:
        return self._compare(other, "__le__")

    def __gt__(self, other: Any) -> bool:
        return self._compare(other, "__gt__")

    def __ge__(self, other: Any) -> bool:
        return self._compare(other, "__ge__")

    __hash__ = str.__hash__
