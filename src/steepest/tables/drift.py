"""How a new table differs from the one that a model learnt from, column by column, in words."""

from __future__ import annotations

import math

import numpy

from steepest.errors import text
from steepest.tables import cells
from steepest.tables.preparing import CategoryColumn
from steepest.tables.reading import Table
from steepest.tables.table_model import TableModel

__all__ = ["differences"]

FEWEST = 20  # new rows that can differ by more than luck
SHIFT = 0.5  # standard deviations between the means
TURNED = 0.25  # of the rows would have to have another category
GAPS = 0.2  # more (or fewer) of the cells missing


def differences(model: TableModel, table: Table) -> list[str]:
    """A sentence for each column whose mean, shares of categories or share of missing cells is far from that of training."""
    if table.rows < FEWEST:
        return []
    known = {column.name: column.missing / max(1, model.about.get("rows", 0)) for column in model.schema.columns}
    said = []
    for column in model.preparation.columns:
        values = cells.words(table.frame[column.name])
        missing = values.null_count() / len(values)
        if not isinstance(column, CategoryColumn) and abs(missing - known[column.name]) > GAPS:
            said.append(text("predict-drift-missing", column=column.name, new=100 * missing, old=100 * known[column.name]))
            continue
        if isinstance(column, CategoryColumn):
            matrix = numpy.zeros((len(values), len(column.features)))
            column.encode(values, matrix)
            shares, usual = matrix.mean(axis=0), numpy.array(column.shares)
            places = numpy.argsort(shares - usual)[::-1]
            # What chance alone does to a share in so many rows (its standard deviation), and to all (the mean of its size).
            chance = numpy.sqrt(usual * (1 - usual) / len(values))
            turned = 0.5 * numpy.abs(shares - usual).sum() - 0.5 * math.sqrt(2 / math.pi) * chance.sum()
            if len(shares) and (turned > TURNED or (shares - usual - 2 * chance).max() > TURNED):
                most = column.features[places[0]].removeprefix(f"{column.name}=")
                new, old = 100 * shares[places[0]], 100 * column.shares[places[0]]
                said.append(text("predict-drift-category", column=column.name, value=most, new=new, old=old))
            continue
        read = column.read(values).to_numpy()
        mean = float(numpy.nanmean(read)) if not numpy.isnan(read).all() else column.mean
        if abs(mean - column.mean) > SHIFT * column.scale:
            key = "predict-drift-number" if column.features[0] == column.name and hasattr(column, "form") else "predict-drift-date"
            later = text("predict-later" if mean > column.mean else "predict-earlier")
            words = {"new": f"{mean:.4g}", "old": f"{column.mean:.4g}", "days": f"{abs(mean - column.mean):.0f}", "later": later}
            said.append(text(key, column=column.name, **words))
    return said
