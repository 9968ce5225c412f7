"""Texts of the doctor on a training of a table: what was seen and why as in a program, what to do as an option of the command."""

from steepest.errors.diagnose import ROWS as OF_PROGRAMS
from steepest.errors.diagnose import Row

DO: dict[str, Row] = {
    "exploding-gradient": ("Smaller steps: --lr {smaller:g}; or a network of fewer layers.", "减小步长：--lr {smaller:g}；或减少网络的层数。"),
    "step-too-large": ("Smaller steps: --lr {smaller:g}; without --lr, short runs choose it.", "减小步长：--lr {smaller:g}；不写 --lr 时由短训练来选。"),
    "step-too-large/unknown": ("Give a smaller learning rate with --lr.", "用 --lr 给出更小的学习率。"),
    "first-nan": ("Smaller steps: --lr {smaller:g}; the best weights before are kept.", "减小步长：--lr {smaller:g}；已保留此前最好的权重。"),
    "first-nan/parameters": ("Smaller steps: --lr {smaller:g}; the best weights before are kept.", "减小步长：--lr {smaller:g}；已保留此前最好的权重。"),
    "class-imbalance": ("Weigh the classes: --class-weight balanced; and look at the balanced accuracy: --metric balanced-accuracy.",
                        "给类别加权：--class-weight balanced；并看平衡准确率：--metric balanced-accuracy。"),
    "stuck-at-base-rate": (
        "Compare with the linear model in the table of results: if that is no better either, the columns say little about the target. "
        "Otherwise give larger steps or more epochs: --lr, --epochs.",
        "与结果表中的线性模型相比：如果它也没有更好，说明各列与目标关系很小；否则用更大的步长或更多轮：--lr、--epochs。"),
    "stuck-at-base-rate/left": ("Larger steps or more epochs: --lr, --epochs.", "增大步长或增加轮数：--lr、--epochs。"),
    "step-too-small": ("Larger steps: --lr {larger:g}.", "增大步长：--lr {larger:g}。"),
}

ROWS: dict[str, Row] = {
    **{f"doctor/{name}/training: {part}": OF_PROGRAMS[f"doctor/{name}: {part}"] for name in DO for part in ("seen", "why")},
    **{f"doctor/{name}/training: do": row for name, row in DO.items()},
    "doctor/dead-relu/training: seen": (
        "{count} of {units} units of a hidden layer are zero on every row ({rows} rows in {observations} looks); the loss ended at {end:.4g}.",
        "某个隐藏层的 {units} 个单元中有 {count} 个在每一行上都是 0（看了 {observations} 次，共 {rows} 行）；损失停在 {end:.4g}。"),
    "doctor/dead-relu/training: why": OF_PROGRAMS["doctor/dead-relu: why"],
    "doctor/dead-relu/training: do": ("Smaller steps: --lr {smaller:g}; or wider layers: --model.", "减小步长：--lr {smaller:g}；或用更宽的层：--model。"),
    "doctor/overfitting/training: seen": (
        "The validation loss was lowest, {lowest:.4g}, at row {epoch} of {epochs} of the history and is {last:.4g} at the end, while the training "
        "loss fell from {then:.4g} to {now:.4g}.",
        "验证损失在历史的第 {epoch} 行（共 {epochs} 行）最低，为 {lowest:.4g}，最后是 {last:.4g}；而训练损失从 {then:.4g} 降到 {now:.4g}。"),
    "doctor/overfitting/training: why": OF_PROGRAMS["doctor/overfitting: why"],
    "doctor/overfitting/training: do": (
        "The weights of epoch {kept} are kept, so nothing is lost; more rows or a smaller --model may do better.",
        "保留的是第 {kept} 轮的权重，所以没有损失；更多的行或更小的 --model 可能更好。"),
}  # fmt: skip
