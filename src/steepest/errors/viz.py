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
}
