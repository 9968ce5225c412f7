"""Small data sets that ship with the package; README.md beside them tells their sources and terms."""

from pathlib import Path

__all__ = ["names", "path"]

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The names that `path` takes."""
    return sorted(file.stem for file in FOLDER.glob("*.csv"))


def path(name: str) -> Path:
    """The CSV file of the data set `name`. Raises ValueError for a name that is none.

    >>> path("diabetes").name
    'diabetes.csv'
    """
    if name not in names():
        raise ValueError(f"there is no data set {name!r}, only {', '.join(names())}")
    return FOLDER / f"{name}.csv"
