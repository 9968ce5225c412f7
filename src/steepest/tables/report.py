"""`report.html`: one file without links: what was asked, the data's faults, how good the model is beside simpler ones."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy

from steepest.diagnose.finding import Finding
from steepest.errors import language, text
from steepest.tables import explaining, pictures, standing_alone
from steepest.tables.metrics import METRICS, Array
from steepest.tables.result import TrainResult
from steepest.tables.schema import USED, Column, Schema
from steepest.tables.table_model import TableModel
from steepest.tables.training import Run, mean_history

__all__ = [
    "best_of", "between", "finding_words", "interval_words", "metric_rows", "network_words", "number", "page", "plan_words", "shell",
    "shown", "task_words", "verdicts",
]  # fmt: skip

WHO = {"model": "report-model", "linear": "report-linear", "trees": "report-trees", "simplest": "report-mean"}
SIGNAL = {"regression": "R2", "binary": "AUC", "multiclass": "log loss"}  # what tells whether the columns say anything about the target
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
BINS = 10  # of the calibration
MOST_BARS = 15  # columns in the picture of importance
DEPENDENCES = 4
FEWEST_EXPLAINED = 30  # rows
MOST_CLASSES = 20  # in the confusion matrix

STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1d2430; --soft: #5c6675; --line: #d9dee6; --panel: #f5f7fa;
  --first: #1f6fd6; --second: #c2410c; --faint: #9aa4b2; --shade: 31 111 214; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181f; --ink: #e6eaf0; --soft: #a3adba; --line: #323a46;
  --panel: #1c222b; --first: #6db1ff; --second: #ff9e64; --faint: #5d6878; --shade: 109 177 255; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.55;
  font-family: system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; }
p, ul { margin: .5rem 0; } ul { padding-left: 1.2rem; } .soft, caption, figcaption { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .35rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child, .words td, .words th { text-align: left; } thead th { color: var(--soft); font-weight: 600; }
td.best { font-weight: 700; } td.best::before { content: "* "; }
.matrix td { text-align: center; min-width: 4rem; border: 1px solid var(--line); } .matrix th { text-align: right; }
.matrix thead td { border: 0; } .matrix thead th { text-align: center; }
figure { margin: .5rem 0; } figure svg { width: 100%; height: auto; max-width: 44rem; }
.several { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .6rem; } .several svg { width: 100%;
  height: auto; } small { display: block; color: var(--soft); font-weight: 400; }
figure.square svg { max-width: 32rem; }
svg text { font-family: system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif !important; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .7rem 1.4rem; }
.field { display: flex; flex-wrap: wrap; gap: .2rem .6rem; align-items: center; } .field label { flex: 1 0 100%; color: var(--soft); }
.field input[type=range] { flex: 1; min-width: 6rem; accent-color: var(--first); }
.field input:not([type=range]), .field select { width: 8.5rem; font: inherit; color: inherit; background: var(--panel);
  border: 1px solid var(--faint); border-radius: 5px; padding: .2rem .4rem; } .field select { width: 100%; }
.field :focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--first); outline-offset: 1px; }
details { margin: 1rem 0; } summary { cursor: pointer; padding: .3rem 0; } details .fields { margin-top: .5rem; }
.told { font-size: 1.1rem; position: sticky; top: 0; background: var(--ground); padding: .5rem 0; z-index: 1; }
.answer { font-size: 1.7rem; font-weight: 700; color: var(--first); margin-left: .4rem; }
.bars { margin: 0 0 1rem; max-width: 34rem; } .bar { display: grid; grid-template-columns: minmax(5rem, 10rem) 1fr 4.5rem; gap: .6rem;
  align-items: center; } .track { background: var(--line); border-radius: 4px; height: .7rem; overflow: hidden; }
.fill { display: block; background: var(--first); height: 100%; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; white-space: pre-wrap;
overflow-wrap: anywhere; font-size: .9rem; } pre span { display: inline-block; max-width: 100%; }
code { font-family: ui-monospace, "Cascadia Mono", Consolas, Menlo, monospace; }
"""


def page(result: TrainResult, out: Path, more: Sequence[str] = ()) -> str:
    """The page as HTML; `out` is the folder that it will lie in; `more` are sections about the network, as HTML."""
    model, schema = result.model, result.model.schema
    title = text("report-title", target=schema.target, data=model.about["data"])
    sections = [
        f"<h1>{escape(title)}</h1>",
        _doctor(result),
        _problem(model),
        _faults(result.notes),
        _results(model),
        _curve(model, result.runs),
        _confusion(model, result.truth, result.predicted) if schema.classes else _scatter(model, result.truth, result.predicted),
        _thresholds(model, result.truth, result.predicted),
        _calibration(model, result.truth, result.predicted),
        *_explained(result),
        _form(model, [one.column for one in result.importances]),
        *more,
        _columns(model),
        _training(model, result.run, result.seconds),
        _again(result.command, out),
    ]
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n{chr(10).join(sections)}\n</main>\n</body>\n</html>\n"
    )


def metric_rows(metrics: dict[str, dict[str, float]], regression: bool) -> list[tuple[str, dict[str, float]]]:
    """The rows of the result table, named for people: the model and the baselines."""
    return [(named, metrics[who]) for who, named in _names(regression).items() if who in metrics]


def _names(regression: bool) -> dict[str, str]:
    return {who: text(key) for who, key in {**WHO, "simplest": "report-mean" if regression else "report-majority"}.items()}


def task_words(schema: Schema) -> str:
    """What is to be predicted, in a sentence."""
    shown = ", ".join(schema.classes[:MOST_CLASSES]) + (" ..." if len(schema.classes) > MOST_CLASSES else "")
    return text(f"report-task-{schema.task}", target=schema.target, classes=len(schema.classes), shown=shown)


def plan_words(about: Mapping[str, Any]) -> str:
    """How the numbers came about, in a sentence."""
    return text(f"report-plan-{about['plan']}", **{key: about[key] for key in ("rows", "tested", "learnt", "folds", "time")})


def best_of(name: str, values: Sequence[float]) -> str | None:
    """The best of the values, as it is shown; None where all are shown alike."""
    known = [value for value in values if not math.isnan(value)]
    if len({shown(name, value) for value in known}) < 2:
        return None
    return shown(name, max(known) if METRICS[name].larger_is_better else min(known))


def shown(name: str, value: float) -> str:
    """The metric `name` as tables show it: three decimals, or four significant digits where it has the target's unit."""
    if METRICS[name].has_unit or math.isnan(value):
        return number(value)
    return f"{value:z.3f}"


def number(value: float) -> str:
    """Four significant digits, no exponent for ordinary sizes; a hyphen where there is none."""
    if math.isnan(value):
        return "-"
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-4:
        return f"{value:.3e}"
    return f"{value:z,.{max(0, 3 - max(0, math.floor(math.log10(size or 1))))}f}"


def _problem(model: TableModel) -> str:
    schema = model.schema
    kinds = [column.kind for column in schema.columns]
    said = [
        text(
            "report-problem",
            rows=model.about["rows"],
            data=model.about["data"],
            numbers=kinds.count("number"),
            dates=kinds.count("date"),
            categories=kinds.count("category"),
        ),
        task_words(schema),
        plan_words(model.about),
    ]
    return f"<h2>{text('report-heading-problem')}</h2>\n" + "\n".join(f"<p>{escape(line)}</p>" for line in said)


def _faults(notes: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    body = f"<ul>{items}</ul>" if notes else f"<p>{escape(text('report-no-faults'))}</p>"
    return f"<h2>{text('report-heading-faults')}</h2>\n{body}\n<p>{escape(text('report-ask'))}</p>"


def _results(model: TableModel) -> str:
    rows = metric_rows(model.metrics, not model.schema.classes)
    names = list(rows[0][1])
    best = {name: best_of(name, [values[name] for _, values in rows]) for name in names}
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    keys = dict(zip((who for who, _ in rows), (key for key in WHO if key in model.metrics), strict=True))
    body = ""
    for who, values in rows:
        ranges = model.intervals.get(keys[who], {})
        tds = "".join(_metric_cell(shown(name, values[name]), best[name], _range(name, ranges.get(name))) for name in names)
        body += f'<tr><th scope="row">{escape(who)}</th>{tds}</tr>'
    caption = escape(text("report-results", rows=model.about["tested"]))
    return (
        f"<h2>{text('report-heading-results')}</h2>\n<div class='scroll'><table><caption>{caption}</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
        + "".join(f"<p>{escape(line)}</p>" for line in verdicts(model))
        + f"<p class='soft'>{escape(_definitions(names, 'trees' in model.metrics))}</p>"
    )


def interval_words(model: TableModel) -> list[str]:
    """The 95 % intervals of the model's metrics in a sentence; none where they are not known."""
    ranges = model.intervals.get("model", {})
    known = [f"{name} {found}" for name in model.metrics["model"] if (found := between(name, ranges.get(name)))]
    return [text("screen-intervals", shown=", ".join(known))] if known else []


def verdicts(model: TableModel) -> list[str]:
    """Sentences that the table of metrics calls for: who did better on the test rows, by the metric that stands first (where a threshold
    of its own decides about the classes, by AUC, which knows none); that nothing was found that tells more than the mean or majority."""
    ours, ranges = model.metrics["model"], model.intervals.get("model", {})
    names = _names(not model.schema.classes)
    name = SIGNAL[model.schema.task]
    low, high = ranges.get(name, (math.nan, math.nan))
    simplest = model.metrics["simplest"][name]
    if low <= simplest if METRICS[name].larger_is_better else high >= simplest:
        words = {"metric": name, "simplest": names["simplest"], "theirs": shown(name, simplest), "ours": shown(name, ours[name])}
        return [text("report-no-signal", between=between(name, (low, high)), target=model.schema.target, **words)]
    name = next(iter(ours))
    if model.threshold != 0.5 and METRICS[name].of_labels:
        name = "AUC"
    sign = 1 if METRICS[name].larger_is_better else -1
    best = max(model.metrics, key=lambda who: sign * model.metrics[who][name])
    theirs = model.metrics[best][name]
    if not sign * (theirs - ours[name]) > 0 or shown(name, theirs) == shown(name, ours[name]):
        return []
    low, high = ranges.get(name, (math.nan, math.nan))
    words = {"metric": name, "who": names[best], "theirs": shown(name, theirs), "ours": shown(name, ours[name])}
    where = "inside" if low <= theirs <= high else "outside"
    return [text("report-better", **words) + ("." if math.isnan(low) else text(f"report-better-{where}"))]


def _metric_cell(value: str, best: str | None, between: str) -> str:
    marked = ' class="best"' if value == best else ""
    return f"<td{marked}>{value}{between}</td>"


def _range(name: str, bounds: Sequence[float] | None) -> str:
    found = between(name, bounds)
    return f"<small>{found}</small>" if found else ""


def between(name: str, bounds: Sequence[float] | None) -> str:
    """The 95 % interval of the metric `name` in words; empty where it is not known."""
    if bounds is None or any(math.isnan(bound) for bound in bounds) or bounds[0] == bounds[1]:
        return ""
    return f"{shown(name, bounds[0])} – {shown(name, bounds[1])}"


def _definitions(names: Sequence[str], with_trees: bool) -> str:
    words = [text("metric-" + name.replace(" ", "-").lower()) for name in names]
    return " ".join([*words, text("report-trees-are")] if with_trees else words)


def _curve(model: TableModel, runs: Sequence[Run]) -> str:
    history, best = mean_history(runs), runs[0].best
    if not history:
        return ""
    words = {key: text(f"report-word-{key}") for key in ("epoch", "loss", "train", "validation", "best")}
    last = history[-1]
    kept = next((row.validation_loss for row in history if row.epoch == best), runs[0].best_loss)
    alt = text("report-curve-alt", epochs=last.epoch, train=number(last.train_loss), best=best, loss=number(kept))
    if len(runs) > 1:
        alt += " " + text("report-curve-mean", members=len(runs))
    if model.model != model.about["trained"]:
        alt += " " + text("report-curve-of-other", trained=model.about["trained"], model=model.model)
    return _figure(text("report-heading-curve"), pictures.loss_curve(history, best, words), alt)


def _scatter(model: TableModel, truth: Array, predicted: Array) -> str:
    words = {key: text(f"report-word-{key}", target=model.schema.target) for key in ("true", "predicted", "perfect")}
    alt = text("report-scatter-alt", rows=len(truth), r2=number(model.metrics["model"]["R2"]))
    return _figure(text("report-heading-scatter"), pictures.predicted_against_true(truth, predicted, words), alt, "square")


def _svg(svg: str, alt: str) -> str:
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt, quote=True)}" ', 1)


def _figure(heading: str, svg: str, alt: str, shape: str = "wide") -> str:
    named = _svg(svg, alt)
    return f'<h2>{heading}</h2>\n<figure class="{shape}">{named}<figcaption>{escape(alt)}</figcaption></figure>'


def _confusion(model: TableModel, truth: Array, predicted: Array) -> str:
    classes = model.schema.classes[:MOST_CLASSES]
    counts = numpy.zeros((len(model.schema.classes),) * 2, dtype=int)
    numpy.add.at(counts, (truth.astype(int), model.places(predicted)), 1)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in classes)
    body = ""
    for row, name in enumerate(classes):
        whole = max(1, counts[row].sum())
        tds = "".join(
            f'<td style="background: rgb(var(--shade) / {0.65 * count / whole:.3f})">{count:,}</td>'
            for count in counts[row, : len(classes)]
        )
        body += f'<tr><th scope="row">{escape(name)}</th>{tds}</tr>'
    caption = escape(text("report-confusion", target=model.schema.target))
    return (
        f"<h2>{text('report-heading-confusion')}</h2>\n<p class='soft'>{caption}</p>\n<div class='scroll'><table class='matrix'>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _thresholds(model: TableModel, truth: Array, predicted: Array) -> str:
    """Precision and recall of the second class at five thresholds and at the stored one."""
    if len(model.schema.classes) != 2:
        return ""
    body = ""
    for threshold in sorted({*THRESHOLDS, round(model.threshold, 3)}):
        taken, right = predicted[:, 1] >= threshold, truth == 1
        found = int((taken & right).sum())
        fields = [found / int(taken.sum()) if taken.any() else math.nan, found / int(right.sum()) if right.any() else math.nan]
        used = " *" if threshold == round(model.threshold, 3) else ""
        tds = "".join(f"<td>{number(value) if math.isnan(value) else f'{value:.3f}'}</td>" for value in fields)
        body += f"<tr><th scope='row'>{threshold:g}{used}</th>{tds}<td>{int(taken.sum()):,}</td></tr>"
    heads = "".join(f'<th scope="col">{text(f"report-threshold-{key}")}</th>' for key in ("at", "precision", "recall", "rows"))
    caption = escape(text("report-thresholds", second=model.schema.classes[1]))
    return (
        f"<h2>{text('report-heading-thresholds')}</h2>\n<p class='soft'>{caption}</p><div class='scroll'><table>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _calibration(model: TableModel, truth: Array, predicted: Array) -> str:
    """Whether of the rows with 70 % about 70 in 100 are so: of the second of two classes, else of the class predicted."""
    if not model.schema.classes or len(truth) < FEWEST_EXPLAINED:
        return ""
    two = len(model.schema.classes) == 2
    said = predicted[:, 1] if two else predicted.max(axis=1)
    right = truth == 1 if two else truth == predicted.argmax(axis=1)
    order = numpy.argsort(said, kind="stable")
    parts = [part for part in numpy.array_split(order, min(BINS, len(said) // 10)) if len(part)]
    means, shares = [float(said[part].mean()) for part in parts], [float(right[part].mean()) for part in parts]
    error = sum(len(part) * abs(mean - share) for part, mean, share in zip(parts, means, shares, strict=True)) / len(said)
    what = model.schema.classes[1] if two else text("report-word-likeliest")
    words = {key: text(f"report-word-{word}", what=what) for key, word in (("said", "said"), ("true", "share"), ("perfect", "diagonal"))}
    alt = text("report-calibration-alt", error=f"{error:.3f}", parts=len(parts), what=what)
    return _figure(text("report-heading-calibration"), pictures.calibration(means, shares, words), alt, "square")


def _explained(result: TrainResult) -> list[str]:
    """Permutation importance, and the partial dependence on the columns that matter most."""
    model = result.model
    if len(result.rows) < FEWEST_EXPLAINED or not result.importances:
        return []
    matrix = result.matrix[result.rows]
    top = result.importances[:MOST_BARS]
    loss = text("report-loss-class" if model.schema.classes else "report-loss-regression")
    picture = pictures.importance(
        [one.column for one in top], [one.grows for one in top], [one.half for one in top], {"grows": text("report-grows", loss=loss)}
    )
    alt = text("report-importance-alt", loss=loss, first=top[0].column, grows=number(top[0].grows))
    sections = [_figure(text("report-heading-importance"), picture, alt)]
    label = model.schema.classes[-1] if model.schema.classes else ""
    words = text("report-dependence-class", label=label) if label else text("report-word-predicted", target=model.schema.target)
    days = {column.name for column in model.schema.used if column.kind == "date"}
    figures = ""
    for one in [one for one in top if one.grows > 0][:DEPENDENCES]:
        curve = explaining.dependence(model, matrix, one.column)
        if len(curve.means) < 2:
            continue
        drawn = pictures.dependence(curve.values, curve.names, curve.means, one.column, one.column in days, words)
        least, most = number(min(curve.means)), number(max(curve.means))
        figures += _svg(drawn, text("report-dependence-alt", column=one.column, least=least, most=most))
    if figures:
        about = escape(text("report-dependence"))
        sections.append(
            f"<h2>{text('report-heading-dependence')}</h2>\n<div class='several'>{figures}</div><p class='soft'>{about}</p>"
        )
    return sections


def _doctor(result: TrainResult) -> str:
    """What the doctor finds in the table that the model learns from, and in the training."""
    if not result.findings:
        return ""
    items = "".join(f"<li>{escape(finding_words(one))}</li>" for one in result.findings)
    return f"<h2>{text('report-heading-doctor')}</h2>\n<ul>{items}</ul>"


def finding_words(one: Finding) -> str:
    """A finding of the doctor in a line, with the option that silences it."""
    severity = text(f"doctor-severity/{one.severity}")
    parts = [text("finding-in-table", severity=severity, rule=one.rule), one.evidence, one.why, *one.change.splitlines()]
    return " ".join([*filter(None, parts), text("silence-in-table", rule=one.rule)])


def _form(model: TableModel, order: Sequence[str]) -> str:
    lines = f"<p class='soft'>{escape(text('form-about', target=model.schema.target))}</p>"
    return f"<h2>{text('report-heading-form')}</h2>\n{lines}\n{standing_alone.form(model, order)}"


def _columns(model: TableModel) -> str:
    def row(column: Column) -> str:
        kind = text(f"kind-{column.kind}")
        kind = kind if column.kind in USED else text("kind-aside", kind=kind)
        fields = (column.name, kind, f"{column.distinct:,}", f"{column.missing:,}")
        return "<tr>" + "".join(f"<td>{escape(field)}</td>" for field in fields) + "</tr>"

    head = "".join(f'<th scope="col">{text(f"report-column-{key}")}</th>' for key in ("name", "kind", "distinct", "missing"))
    body = "".join(row(column) for column in model.schema.columns)
    return (
        f"<h2>{text('report-heading-columns')}</h2>\n<div class='scroll'><table class='words'><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _training(model: TableModel, run: Run, seconds: float) -> str:
    said = [
        network_words(model),
        text(f"train-ended-{run.ended}", epochs=run.epochs, best=run.best)
        + " "
        + text("report-seconds", seconds=f"{seconds:.1f}"),
    ]
    return f"<h2>{text('report-heading-training')}</h2>\n" + "\n".join(f"<p>{escape(line)}</p>" for line in said)


def network_words(model: TableModel) -> str:
    """What was trained and how, in a sentence."""
    about = model.about
    return text(
        "report-network-cosine" if about["cosine"] else "report-network",
        members=about["networks"],
        epochs=about["epochs"],
        model=about["trained"],
        features=len(model.preparation.features),
        optimizer=about["optimizer"],
        lr=about["lr"],
        rate=text(f"report-rate-{about['rate']}") if about.get("rate") else "",
        bins=text("report-network-bins") if model.bins is not None else "",
    )


def _again(command: Sequence[str], out: Path) -> str:
    predict = ["python", "-m", "steepest", "predict", str(out), "NEW.csv", "-o", "OUT.csv"]
    lines = "\n".join(_unbroken(words) for words in (command, predict))
    return f"<h2>{text('report-heading-again')}</h2>\n<pre><code>{lines}</code></pre>"


def _unbroken(words: Sequence[str]) -> str:
    """A command line as HTML that is broken between options, not inside them."""
    parts: list[list[str]] = []
    for word in words:
        if not parts or word.startswith("--"):
            parts.append([])
        parts[-1].append(word)
    plain = shell(words)
    return " ".join(f"<span>{escape(shell(part))}</span>" for part in parts) if plain == " ".join(map(shell, parts)) else escape(plain)


def shell(words: Sequence[str]) -> str:
    """A command line to paste: words with blanks in double quotes, which bash, zsh and PowerShell all take."""
    plain = all('"' not in word and "$" not in word and "`" not in word for word in words)
    return " ".join(f'"{word}"' if shlex.quote(word) != word else word for word in words) if plain else shlex.join(words)
