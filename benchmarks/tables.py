"""`steepest train` beside scikit-learn's MLP and boosted trees on seven well-known tables: the metric, its standard error, the time.

    python benchmarks/tables.py DATA_FOLDER [--seeds 5] [--only titanic,adult]
    python benchmarks/tables.py --million        (the memory and the time of `steepest train` on a table of 1,000,000 rows)

All three learn from the same prepared matrix and the same rows (80 %), and are tested on the others: stratified, equal rows on one side,
the bikes by time (the latest fifth; there the seeds differ in the models alone). R2 for numbers, accuracy for classes, means over the
seeds; the standard error is that of one test's rows. Times are of learning alone, one thread each: medians over the seeds, and for
steepest also the first seed's, which makes the native program where the cache on disk does not hold it. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy
import polars
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

import steepest
from steepest.tables import intervals, learning, networks, reading, schema, settings, work
from steepest.tables.metrics import ACCURACY, R2

TABLES = {
    "california_housing_ocean": ("median_house_value", {}),
    "ames_housing": ("SalePrice", {}),
    "adult": ("income", {}),
    "titanic": ("Survived", {}),
    "bike_sharing_hour": ("cnt", {"ignore": ["casual", "registered"], "time": "dteday"}),
    "winequality_white": ("quality", {}),
    "pima_diabetes": ("Outcome", {}),
}


def one(ready: work.Work, seed: int) -> dict[str, tuple[float, float, float]]:
    """By model: the metric on the test rows, its standard error, the seconds of learning."""
    plan = ready.plan(seed, 1)
    learnt, test = plan.learn, plan.tests[0]
    how = settings.recipe(len(learnt), "adamw", None, None, bool(ready.schema.classes))
    begin = time.perf_counter()
    ours = learning.learn(ready, learnt, networks.widths("auto", len(learnt)), how, seed, True)
    seconds = time.perf_counter() - begin
    metric = ACCURACY if ready.schema.classes else R2
    truth = ready.truth[test]
    found = {"steepest": (ours.model.of_matrix(ours.matrix[test]), seconds)}
    x, y = ours.matrix, ready.truth
    if ready.schema.classes:
        rivals = {"MLP": MLPClassifier(random_state=seed), "trees": HistGradientBoostingClassifier(random_state=seed)}
    else:
        y = (y - y[learnt].mean()) / y[learnt].std()
        rivals = {"MLP": MLPRegressor(random_state=seed), "trees": HistGradientBoostingRegressor(random_state=seed)}
    for who, rival in rivals.items():
        begin = time.perf_counter()
        rival.fit(x[learnt], y[learnt])
        seconds = time.perf_counter() - begin
        if ready.schema.classes:
            said = rival.predict_proba(x[test])
        else:
            said = rival.predict(x[test]) * ready.truth[learnt].std() + ready.truth[learnt].mean()
        found[who] = said, seconds
    return {
        who: (metric.value(truth, said), intervals.standard_error(metric, truth, said), seconds)
        for who, (said, seconds) in found.items()
    }


def million() -> None:
    """Train on a table of a million rows in a process of its own, and print what it took."""
    draw, rows = numpy.random.default_rng(0), 1_000_000
    numbers = {name: draw.normal(size=rows).round(5) for name in "abcdef"}
    words = {"town": draw.choice(["Rome", "Oslo", "Bonn", "Paris", "Kyoto", "Lima"], rows), "shop": draw.integers(0, 40, rows).astype(str)}
    days = {"day": numpy.datetime64("2020-01-01") + draw.integers(0, 1500, rows)}
    y = numbers["a"] * 2 + numpy.sin(2 * numbers["b"]) * numbers["c"] + 1.5 * (words["town"] == "Oslo") + draw.normal(size=rows) / 2
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "million.csv"
        polars.DataFrame({**numbers, **words, **days, "y": y}).write_csv(place)
        begin = time.perf_counter()
        command = [sys.executable, "-m", "steepest", "train", str(place), "--target", "y", "--out", str(Path(folder) / "run")]
        process = subprocess.Popen(command)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begin
    print(f"{rows:,} rows: exit code {process.returncode}, at most {used.ru_maxrss / 2**20:.2f} GiB, {seconds:.0f} s, "
          f"{used.ru_utime + used.ru_stime:.0f} s of processor time")  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?")
    options.add_argument("--million", action="store_true")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--only", default=",".join(TABLES))
    chosen = options.parse_args()
    if chosen.million:
        million()
        return
    warnings.filterwarnings("ignore", module="sklearn")
    steepest.set_num_threads(1)
    threadpool_limits(1)
    heads = ("steepest", "MLP", "trees", "std. error", "steepest s", "(first)", "MLP s", "trees s")
    print(f"{'table':26}" + "".join(f"{head:>12}" for head in heads))
    for name in chosen.only.split(","):
        target, more = TABLES[name]
        table = reading.read(chosen.folder / f"{name}.csv")
        judged, _ = schema.judge(table, target, "auto", schema.orders(table, {}, more.get("ignore", [])))
        ready = work.prepare(table, judged, time=more.get("time"))
        runs = [one(ready, seed) for seed in range(chosen.seeds)]
        mean = {who: numpy.mean([run[who] for run in runs], axis=0) for who in runs[0]}
        times = {who: float(numpy.median([run[who][2] for run in runs])) for who in runs[0]}
        shown = [times["steepest"], runs[0]["steepest"][2], times["MLP"], times["trees"]]
        row = [f"{mean[who][0]:.3f}" for who in mean] + [f"{mean['steepest'][1]:.3f}"] + [f"{seconds:.2f}" for seconds in shown]
        marks = "" if mean["steepest"][0] > mean["MLP"][0] else "  below the MLP"
        if mean["trees"][0] - mean["steepest"][0] > mean["steepest"][1]:
            marks += "  the trees win"
        if times["steepest"] > times["MLP"]:
            marks += "  slower than the MLP"
        print(f"{name:26}" + "".join(f"{cell:>12}" for cell in row) + marks, flush=True)


if __name__ == "__main__":
    sys.exit(main())
