"""Texts of pictures: labels, alternative texts, and what cannot be drawn."""

ROWS = {
    "viz-no-chinese-font": (
        "[no font with Chinese characters is installed, so figures show boxes in their place: install one, such as "
        "`apt install fonts-noto-cjk`, or Noto Sans SC from fonts.google.com]",
        "[没有安装中文字体，图中的汉字会显示为方框：请安装一个，例如 `apt install fonts-noto-cjk`，"
        "或从 fonts.google.com 下载 Noto Sans SC]",
    ),
    "viz-theme": ("theme must be 'light' or 'dark', not {seen!r}", "theme 只能是 'light' 或 'dark'，而不是 {seen!r}"),
    "viz-loss": ("loss", "损失"),
    "viz-step": ("step", "步"),
    "viz-learning-rate": ("learning rate", "学习率"),
    "viz-path": ("path", "路径"),
    "viz-start": ("start", "起点"),
    "viz-end": ("end", "终点"),
    "viz-not-finite": ("not finite from step {step}", "从第 {step} 步起不再是有限数"),
    "viz-direction": ("direction {number}", "方向 {number}"),
    "viz-plane-share": (
        "a plane through {parameters} parameters; it shows {share} of the path's movement",
        "{parameters} 维参数空间中的一个平面，展示了路径位移的 {share}",
    ),
    "viz-empty-history": (
        "the history holds no numbers: pass a list of losses, or a dict such as {{'loss': [...]}}",
        "历史记录中没有数字：请传入损失的列表，或形如 {{'loss': [...]}} 的字典",
    ),
    "viz-in-place": (
        "a parameter's value is written in place between the parameters and the loss (line {line}), so the loss cannot be computed "
        "again for other parameters: write x = x + 1 in the place of x += 1 there",
        "从参数到损失之间有原地写入（第 {line} 行），无法对其他参数重新计算损失：请把那里的 x += 1 写成 x = x + 1",
    ),
    "viz-no-parameters": (
        "the model has no parameters that want a gradient",
        "模型没有需要梯度的参数",
    ),
    "viz-loss-kind": (
        "the loss must be a tensor, not {kind}: compute it with tensor operations",
        "损失必须是张量，而不是 {kind}：请用张量运算来计算",
    ),
    "viz-loss-shape": (
        "the loss must be one number, not a tensor of shape {shape}: add .mean() or .sum()",
        "损失必须是一个数，而不是形状为 {shape} 的张量：请加上 .mean() 或 .sum()",
    ),
    "viz-model-without-data": (
        "a model's loss needs data: surface(loss, model, (x, y))",
        "模型的损失需要数据：surface(loss, model, (x, y))",
    ),
    "viz-no-start": (
        "say where to start: surface(f, (0.0, 0.0))",
        "请给出起点：surface(f, (0.0, 0.0))",
    ),
    "viz-one-parameter": (
        "a surface needs at least two parameters; of one parameter draw the curve: plot f over its values",
        "曲面至少需要两个参数；只有一个参数时，请画出函数随它变化的曲线",
    ),
    "viz-path-width": (
        "each row of the path must hold all {expected} parameters, not {seen}",
        "路径的每一行必须包含全部 {expected} 个参数，而不是 {seen} 个",
    ),
    "viz-plane": ("plane must be 'pca' or 'random', not {seen!r}", "plane 只能是 'pca' 或 'random'，而不是 {seen!r}"),
    "viz-alt-curves": ("Loss curve.", "损失曲线。"),
    "viz-alt-curve": (
        "{name}: from {first} to {last} in {steps} steps, at least {least}.",
        "{name}：{steps} 步内从 {first} 到 {last}，最小 {least}。",
    ),
    "viz-alt-surface": (
        "Loss over {a} from {a0} to {a1} and {b} from {b0} to {b1}, as contours and as a surface. The least loss shown is {least}, "
        "at ({at_a}, {at_b}).",
        "损失随 {a}（{a0} 到 {a1}）与 {b}（{b0} 到 {b1}）的变化，等高线与曲面。图中最小损失 {least}，位于 ({at_a}, {at_b})。",
    ),
    "viz-alt-path": (
        "The path goes from ({a0}, {b0}) to ({a1}, {b1}) in {steps} steps.",
        "路径在 {steps} 步内从 ({a0}, {b0}) 到 ({a1}, {b1})。",
    ),
    "viz-alt-share": ("The plane shows {share} of the movement.", "该平面展示了位移的 {share}。"),
    "viz-player-frame": ("step", "步"),
    "viz-player-play": ("play", "播放"),
    "viz-player-pause": ("pause", "暂停"),
    "viz-player-first": ("first", "开头"),
    "viz-player-back": ("back", "上一步"),
    "viz-player-next": ("next", "下一步"),
    "viz-player-end": ("last", "末尾"),
    "viz-graph-of": (
        "a graph is drawn of one number, not of {shape}: pass the loss, or a function that returns it",
        "计算图只能由一个数画出，而不是 {shape}：请传入损失，或返回损失的函数",
    ),
    "viz-graph-none": (
        "the loss has no graph: nothing that wants a gradient leads to it, or it was computed under no_grad()",
        "损失没有计算图：没有需要梯度的量通向它，或它是在 no_grad() 中计算的",
    ),
    "viz-graph-freed": (
        "backward() has freed this graph: call graph(loss) before loss.backward(), or loss.backward(retain_graph=True)",
        "backward() 已释放这张计算图：请在 loss.backward() 之前调用 graph(loss)，或使用 loss.backward(retain_graph=True)",
    ),
    "viz-graph-large": (
        "the graph has {count} nodes and is played up to {most}: play that of a smaller model, or of fewer steps",
        "这张图有 {count} 个结点，最多能播放 {most} 个：请播放更小的模型，或更少步数的图",
    ),
    "viz-graph-title": ("Computation graph", "计算图"),
    "viz-graph-all": ("all nodes", "全部结点"),
    "viz-graph-folded": ("folded", "折叠"),
    "viz-graph-views": ("which box is open", "展开哪个方框"),
    "viz-constant": ("constant", "常量"),
    "viz-parameter": ("parameter", "参数"),
    "viz-legend-value": ("value", "值"),
    "viz-legend-local": ("local derivative (on the edge)", "局部偏导数（在边上）"),
    "viz-legend-gradient": ("gradient that arrived", "传到的梯度"),
    "viz-paths-sum": ("sum:", "总和："),
    "viz-paths-not-in-graph": (
        "this tensor is no leaf of the graph: pass a tensor with requires_grad=True that the loss was computed from",
        "该张量不是这张图的叶结点：请传入 requires_grad=True 且参与计算损失的张量",
    ),
    "viz-paths-many": (
        "{count} paths lead from this tensor to the loss, more than the {most} that are listed: its .grad is their sum",
        "从该张量到损失有 {count} 条路径，超过可列出的 {most} 条：它的 .grad 就是它们的总和",
    ),
    "viz-steps-title": ("Forward and backward, one node at a time", "前向与反向，一次一个结点"),
    "viz-steps-how": (
        "Next and back, or the arrow keys, go one node on; the space bar plays. A gradient passed on = local derivative × gradient that arrived.",
        "用“下一步”“上一步”或方向键逐个结点前进，空格键播放。传下去的梯度 = 局部偏导数 × 传到的梯度。",
    ),
    "viz-steps-begin": ("The values that the computation begins with.", "计算开始时的各个值。"),
    "viz-steps-forward": ("forward   {name}: {operands}  gives {value}", "前向   {name}：{operands}  得到 {value}"),
    "viz-steps-local": ("          ∂{name}/∂{operand} = {value}", "       ∂{name}/∂{operand} = {value}"),
    "viz-steps-root": ("backward  begins with the gradient of {name} by itself: 1", "反向   从 {name} 对自身的梯度开始：1"),
    "viz-steps-upstream": ("backward  {name}: the gradient {value} arrived", "反向   {name}：传到的梯度为 {value}"),
    "viz-steps-passed": (
        "          to {operand}: local {local} × upstream {upstream} = {value}",
        "       传给 {operand}：局部 {local} × 上游 {upstream} = {value}",
    ),
    "viz-steps-sum": (
        "          several paths reach {operand}; their sum is {value}",
        "       有多条路径到达 {operand}，总和为 {value}",
    ),
    "viz-steps-end": ("The gradients of the leaves:", "各叶结点的梯度："),
    "viz-alt-graph": (
        "Computation graph of {operations} operations, {leaves} parameters and {constants} constants; the loss is {value}.",
        "计算图：{operations} 个运算、{leaves} 个参数、{constants} 个常量；损失为 {value}。",
    ),
    "viz-alt-gradient": ("The gradient of {name} is {value}.", "{name} 的梯度为 {value}。"),
    "viz-derive-where": ("where", "其中"),
    "viz-derive-checked": ("compared with autograd at {points} points", "已在 {points} 个点上与自动求导比较"),
    "viz-derive-by": (
        "there is no argument {name} to derive by: the function takes {known}",
        "没有可供求导的参数 {name}：函数的参数是 {known}",
    ),
    "viz-derive-loss": (
        "only one number can be derived, not {seen}: return a tensor of one element, such as loss.mean()",
        "只能对一个数求导，而不是 {seen}：请返回只有一个元素的张量，例如 loss.mean()",
    ),
    "viz-derive-nothing": (
        "the result does not depend on {names}",
        "结果与 {names} 无关",
    ),
    "viz-derive-check": (
        "the formula found for {name}, {formula}, gives {value} where autograd gives {expected}: it is wrong and not shown; please report it",
        "求得的 {name} 的公式 {formula} 给出 {value}，而自动求导给出 {expected}：公式有误，不予显示；请报告此问题",
    ),
}
