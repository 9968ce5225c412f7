"""The table of rules and its application to a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from steepest.diagnose.finding import Finding, Seen, in_order, made
from steepest.diagnose.rules import Rule, compiled, data, leaks, loop, losses, outcomes, plateaus, raised, steps, units
from steepest.diagnose.run import Run

__all__ = ["RULES", "examine"]

LEARNING = (
    "inputs-not-scaled", "labels-unrelated", "exploding-gradient", "step-too-large", "first-nan", "dead-relu", "saturated-units",
    "class-imbalance", "stuck-at-base-rate", "saddle-or-plateau", "step-too-small",
)  # fmt: skip


def _either(*checks: Callable[[Run], Any]) -> Callable[[Run], Any]:
    """The first check that sees something."""
    def check(run: Run) -> Any:
        return next((seen for seen in (c(run) for c in checks) if seen), None)

    return check


def _after(name: str) -> tuple[str, ...]:
    return LEARNING[LEARNING.index(name) + 1:]


def _mistake(name: str, when: str, *checks: Callable[[Run], Any], explains: tuple[str, ...] = LEARNING) -> Rule:
    return Rule(name, "mistake", when, _either(*checks) if len(checks) > 1 else checks[0], explains)


RULES: tuple[Rule, ...] = (
    _mistake("backward-twice", "when", raised.check_of("backward-twice")),
    _mistake("backward-of-non-scalar", "when", raised.check_of("backward-of-non-scalar")),
    _mistake("in-place-needed-value", "when", raised.check_of("in-place-needed-value")),
    _mistake("labels-of-wrong-kind", "when", raised.check_of("labels-of-wrong-kind")),
    _mistake("dtype-mismatch", "when", raised.check_of("dtype-mismatch")),
    _mistake("non-leaf-grad", "when", raised.check_of("non-leaf-grad")),
    _mistake("optimizer-holds-old-parameters", "preflight", loop.optimizer_holds_old_parameters,
             explains=("parameter-not-in-optimizer", *LEARNING)),
    _mistake("gradient-chain-broken", "when, runs", raised.check_of("gradient-chain-broken"), loop.gradient_chain_broken),
    _mistake("zero-grad-forgotten", "runs", loop.zero_grad_forgotten),
    _mistake("step-or-backward-missing", "runs", loop.step_or_backward_missing),
    _mistake("parameter-not-in-optimizer", "preflight", loop.parameter_not_in_optimizer),
    _mistake("absurd-hyperparameter", "when", raised.check_of("absurd-hyperparameter"), raised.absurd_hyperparameter),
    _mistake("sigmoid-and-loss-mismatch", "when, preflight", raised.check_of("sigmoid-and-loss-mismatch"),
             losses.sigmoid_and_loss_mismatch),
    _mistake("loss-broadcast", "when", losses.loss_broadcast, raised.check_of("loss-broadcast")),
    _mistake("softmax-before-cross-entropy", "preflight", losses.softmax_before_cross_entropy),
    _mistake("batch-and-data-size", "preflight", data.batch_and_data_size, raised.check_of("batch-and-data-size")),
    _mistake("constant-or-missing-inputs", "preflight", data.constant_or_missing_inputs),
    _mistake("leak-or-duplicates", "preflight", leaks.leak_or_duplicates),
    _mistake("sorted-labels", "preflight", data.sorted_labels),
    _mistake("mode-forgotten", "runs", loop.mode_forgotten, explains=("overfitting",)),
    _mistake("loss-tensor-accumulated", "runs", loop.loss_tensor_accumulated, explains=()),
    _mistake("python-effect-in-compiled-loop", "preflight", compiled.python_effect_in_compiled_loop, explains=()),
    Rule("inputs-not-scaled", "warning", "preflight", data.inputs_not_scaled, _after("inputs-not-scaled")),
    Rule("labels-unrelated", "mistake", "runs", losses.labels_unrelated, _after("labels-unrelated")),
    Rule("exploding-gradient", "warning", "runs", steps.exploding_gradient, _after("exploding-gradient")),
    Rule("step-too-large", "warning", "runs", steps.step_too_large, _after("step-too-large")),
    Rule("first-nan", "mistake", "runs", outcomes.first_nan, _after("first-nan")),
    Rule("dead-relu", "warning", "runs", units.dead_relu, _after("dead-relu")),
    Rule("saturated-units", "warning", "runs", units.saturated_units, _after("saturated-units")),
    Rule("class-imbalance", "warning", "runs", data.class_imbalance, _after("class-imbalance")),
    Rule("stuck-at-base-rate", "warning", "runs", plateaus.stuck_at_base_rate, _after("stuck-at-base-rate")),
    Rule("saddle-or-plateau", "warning", "runs", plateaus.saddle_or_plateau, _after("saddle-or-plateau")),
    Rule("step-too-small", "warning", "runs", steps.step_too_small),
    Rule("overfitting", "warning", "runs", outcomes.overfitting),
)
PLACES = {rule.name: place for place, rule in enumerate(RULES)}


def examine(run: Run, ignore: Iterable[str] = ()) -> list[Finding]:
    """All findings of a run, most important first, without the rules that are ignored or allowed by a comment."""
    found: list[Finding] = []
    explained: set[str] = set()
    for rule in RULES:
        if rule.name in explained:
            continue
        seen = rule.check(run)
        for one in [seen] if isinstance(seen, Seen) else seen or ():
            finding = made(rule.name, rule.severity, one, str(one.values.get("code", "")))
            found.append(finding)
            if finding.severity != "note":
                explained.update(rule.explains)
    silent = set(ignore) | (set(run.source.allowed) if run.source is not None else set())
    return in_order((f for f in found if f.rule not in silent), PLACES)
