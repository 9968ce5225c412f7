"""Timers, measurements and their tables."""

import torch
from torch.utils.benchmark import Compare, Measurement, TaskSpec, Timer, select_unit, trim_sigfig, unit_to_english


def task(stmt, times, number=10, **options):
    return Measurement(number, [t * number for t in times], TaskSpec(stmt, "pass", **options))


calm, wild = [1e-5, 1.01e-5, 1.02e-5, 1.03e-5, 1.04e-5], [1e-3, 1.1e-3, 2e-3, 2.5e-3, 3e-3]
m = task("x + y", calm, label="add", sub_label="float", description="n=1")
print(m.title, m.as_row_name, m.env, m.num_threads, m.significant_figures, m.has_warnings, f"{m.median:.3e} {m.mean:.3e} {m.iqr:.3e}")
print("\n".join(repr(m).splitlines()[1:]))
print("\n".join(repr(task("x\ny", wild, num_threads=2, description="two lines")).splitlines()[1:]))
print("\n".join(repr(task("x", [0.5])).splitlines()[1:]))
table = Compare([m, task("x + y", wild, label="add", sub_label="float", description="n=2"),
                 task("x * y", calm, label="add", sub_label="int", description="n=1", num_threads=4),
                 task("x * y", wild, label="add", sub_label="int", description="n=2", num_threads=4), task("x", calm, description="alone")])
table.print()
table.trim_significant_figures()
table.highlight_warnings()
table.print()
table.colorize()
print(str(table).count("\033"))
table.colorize(rowwise=True)
print(repr(str(table)))
places = [task("x", calm, label="l", description="d", env=place) for place in ("here", "there")]
Compare([*places, task("x", calm, label="l", description="e", env="here")]).print()
print(select_unit(3e-5), unit_to_english("ms"), f"{trim_sigfig(3.14159, 2):.4f}", len(Measurement.merge([m, m])[0].times))
x = torch.ones(3)
timed = Timer("x + y", setup="y = 2", globals={"x": x}, label="own", sub_label="s").timeit(100)
print(len(timed.raw_times), timed.number_per_run, timed.median > 0, timed.stmt, timed.setup, timed.label)
timed = Timer("torch.ones(2)").blocked_autorange(min_run_time=0.01)
print(timed.median > 0, len(timed.times) >= 1)
print(type(Timer("x + 1", globals={"x": x}).adaptive_autorange(min_run_time=0.001, max_run_time=0.05)).__name__)
for wrong in ("Timer(3)", "Timer('x').repeat()", "Compare([3])"):
    try:
        eval(wrong)
    except (ValueError, NotImplementedError) as problem:
        print(wrong, type(problem).__name__)
