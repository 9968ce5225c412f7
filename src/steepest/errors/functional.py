"""Texts of `torch.nn.functional`: layers, activations and losses."""

ROWS = {
    # layers
    "linear-shapes": (
        "mat1 and mat2 shapes cannot be multiplied ({rows}x{given} and {expected}x{features}): the layer takes {expected} "
        "features, the "
        "last dimension of the input of shape {shape} has {given}. Write nn.Linear({given}, {features}), or give the input "
        "{expected} columns",
        "矩阵形状不匹配({rows}x{given} 与 {expected}x{features}):这一层需要 {expected} 个特征,而形状为 {shape} 的输入最后一"
        "维是 {given}。请写 "
        "nn.Linear({given}, {features}),或使输入有 {expected} 列"),
    "linear-dtypes": (
        "mat1 and mat2 must have the same dtype, but got {A} and {B}: the input is {a}, the layer's weight {b}. Data from "
        "NumPy and pandas "
        "is float64 by default: write x = x.float(), or array.astype(\"float32\") before torch.from_numpy",
        "输入的类型是 {a},而这一层的权重是 {b}(mat1 and mat2 must have the same dtype, but got {A} and {B})。NumPy 和 "
        "pandas 的数据默认是 "
        "float64:请写 x = x.float(),或在 torch.from_numpy 之前写 array.astype(\"float32\")"),
    "linear-bias": (
        "The bias of a linear layer with {features} outputs must have shape [{features}], this one has shape {shape}",
        "有 {features} 个输出的线性层,偏置的形状应为 [{features}],得到 {shape}"),
    "bilinear-shapes": (
        "bilinear(): input batch dimensions do not match: got {a} and {b}; all dimensions but the last must be equal",
        "bilinear():两个输入除最后一维外形状应相同,得到 {a} 和 {b}"),
    "bilinear-features": (
        "bilinear(): the weight of shape {weight} does not fit inputs with {a} and {b} features",
        "bilinear():形状为 {weight} 的权重与特征数 {a} 和 {b} 不匹配"),
    # activations
    "celu-alpha": ("ZeroDivisionError: alpha cannot be 0 for CELU", "CELU 的 alpha 不能为 0"),
    "gelu-approximate": (
        "approximate argument must be either none or tanh, got {given!r}",
        "gelu 的 approximate 只能是 \"none\" 或 \"tanh\",得到 {given!r}"),
    "hardtanh-bounds": (
        "min_val cannot be greater than max_val: got {low} and {high}", "min_val({low})不能大于 max_val({high})"),
    "softshrink-lambda": (
        "lambda must be greater or equal to 0, but found to be {given}.", "softshrink 的 lambd 不能为负,得到 {given}"),
    "prelu-weights": (
        "Mismatch of parameter numbers and input channel size. Found parameter numbers = {weights} and channel size = "
        "{channels} "
        "(input of shape {shape}): write nn.PReLU({channels}) or nn.PReLU()",
        "prelu 有 {weights} 个参数,而输入(形状 {shape})有 {channels} 个通道:请写 nn.PReLU({channels}) 或 nn.PReLU()"),
    "rrelu-bounds": (
        "Lower bound should be less than or equal to the upper bound, got {low} and {high}",
        "rrelu 的下界 {low} 大于上界 {high}"),
    "glu-of-0-dim": (
        "glu does not support 0-dimensional tensors", "glu 不能用于 0 维张量"),
    "glu-odd": (
        "Halving dimension must be even, but dimension {dim} is size {size}",
        "glu 要把第 {dim} 维分成两半,它的大小 {size} 不是偶数"),
    "implicit-dim": (
        "Implicit dimension choice for {function} has been deprecated. Change the call to include dim=X as an argument. "
        "Here dim={dim} was "
        "taken; for one row per sample write {function}(x, dim=1)",
        "{function} 没有给出 dim,按旧规则取了 dim={dim}。请写明,例如每行一个样本时写 {function}(x, dim=1)"),
    "softmax-of-integers": (
        "\"{function}\" not implemented for {dtype}: write {function}(x.float(), dim=...)",
        "{function} 不能用于 {dtype}:请写 {function}(x.float(), dim=...)"),
    # losses
    "reduction-name": (
        "{given} is not a valid value for reduction: write \"mean\", \"sum\" or \"none\"",
        "reduction 只能是 \"mean\"、\"sum\" 或 \"none\",得到 {given}"),
    "loss-broadcast": (
        "Using a target size ({target}) that is different to the input size ({input}). This will likely lead to incorrect "
        "results due to "
        "broadcasting. Please ensure they have the same size. Here the loss is over {made} differences instead of {n}: "
        "write {fix}",
        "target 的形状({target})与预测的形状({input})不同,会按广播规则计算:损失来自 {made} 个差,而不是 {n} 个,结果多半是错的"
        "。请写 {fix}"),
    "loss-shapes": (
        "The size of the input {input} must match the size of the target {target}: write print(input.shape, target.shape) "
        "and give both "
        "one shape",
        "预测的形状 {input} 与 target 的形状 {target} 不匹配:请用 print(input.shape, target.shape) 查看并使二者相同"),
    "loss-of-integers": (
        "\"{function}\" not implemented for {dtype}: write {function}(input.float(), target.float())",
        "{function} 不能用于 {dtype}:请写 {function}(input.float(), target.float())"),
    "loss-weight-shape": (
        "Inputs and weights must have the same size: got weight {weight} for terms of shape {input}",
        "weight 的形状 {weight} 应与损失各项的形状 {input} 相同"),
    "smooth-l1-beta": (
        "smooth_l1_loss does not support negative values for beta, got {beta}", "smooth_l1_loss 的 beta 不能为负,得到 {beta}"),
    "huber-delta": (
        "huber_loss does not support non-positive values for delta, got {delta}", "huber_loss 的 delta 必须为正,得到 {delta}"),
    "kl-div-mean": (
        "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by "
        "the batch size, "
        "and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next "
        "major release.",
        "reduction='mean' 除以了所有元素的个数;KL 散度的定义只除以批大小,请写 reduction='batchmean'"),
    "variance-negative": ("var has negative entry/entries", "var 中有负数,方差不能为负"),
    "variance-shape": (
        "var is of incorrect size: {var} for input of shape {input}", "var 的形状 {var} 与输入的形状 {input} 不符"),
    "bce-shapes": (
        "Using a target size ({target}) that is different to the input size ({input}) is deprecated. Please ensure they "
        "have the same "
        "size: write {fix}",
        "target 的形状({target})与预测的形状({input})不同。请写 {fix}"),
    "bce-logits-shapes": (
        "Target size ({target}) must be the same as input size ({input}): write {fix}",
        "target 的形状({target})必须与预测的形状({input})相同:请写 {fix}"),
    "bce-dtype": (
        "Found dtype {found} but expected {expected}: write target = target.to(input.dtype)",
        "target 的类型是 {found},应为 {expected}:请写 target = target.to(input.dtype)"),
    "bce-logits-dtype": (
        "result type {expected} can't be cast to the desired output type {found}: the target must be floating, write target "
        "= target.float()",
        "target 的类型是 {found},应为浮点数:请写 target = target.float()"),
    "bce-range": (
        "all elements of input should be between 0 and 1, but they lie between {low:.4g} and {high:.4g}. BCELoss takes "
        "probabilities: end "
        "the model with nn.Sigmoid(), or keep the model and write nn.BCEWithLogitsLoss() in its place",
        "all elements of input should be between 0 and 1:输入应在 0 到 1 之间,现在是 {low:.4g} 到 {high:.4g}。BCELoss 需要概"
        "率:请在模型末尾加 "
        "nn.Sigmoid(),或把损失换成 nn.BCEWithLogitsLoss()"),
    "nll-of-0-dim": (
        "{function}(): the input must have at least one dimension, the classes: (N, C) or (C)",
        "{function}():输入至少要有类别这一维:(N, C) 或 (C)"),
    "labels-dtype": (
        "expected target dtype to be Long or Byte, but got {found}: the target of shape {shape} against scores {input} must "
        "hold class "
        "numbers. Write target = target.long(), or, if a row holds one number a class, give it the shape of the input",
        "target 应为类别编号(int64),得到 {found}(形状 {shape},预测的形状 {input})。请写 target = target.long();若每行是各类"
        "的概率,形状应与预测相同"),
    "labels-dims": (
        "0D or 1D target tensor expected, multi-target not supported: got a target of shape {shape} for scores {input}. Write "
        "target = target.squeeze(1) for a column of class numbers, target.argmax(1) for one-hot rows",
        "target 应为 0 维或 1 维的类别编号,得到形状 {shape}(预测的形状 {input})。若是一列编号请写 target = target.squeeze(1)"
        ",若是独热编码请写 "
        "target.argmax(1)"),
    "labels-batch": (
        "Expected input batch_size ({input}) to match target batch_size ({target}).",
        "预测的批大小是 {input},target 的是 {target},二者应相同"),
    "labels-shape": (
        "size mismatch: for scores of shape {input} the target must have shape {wanted}, got {target}",
        "预测的形状是 {input} 时,target 的形状应为 {wanted},得到 {target}"),
    "labels-outside": (
        "Target {label} is out of bounds: there are {classes} classes, so labels go from 0 to {last}, but these go from "
        "{low} to {high}. "
        "Write {hint}",
        "Target {label} is out of bounds:共 {classes} 类,标签应为 0 到 {last},而这里是 {low} 到 {high}。请写 {hint}"),
    "class-weights": (
        "weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: "
        "{shape}",
        "weight 应对 {classes} 个类各有一个数,得到形状 {shape}"),
    "class-probabilities-dtype": (
        "Expected floating point type for target with class probabilities, got {found}: the target has the input's shape "
        "{shape}. Write "
        "target = target.float() for probabilities or one-hot rows, target.argmax(1) for class numbers",
        "target 与预测形状相同({shape}),应为浮点的概率,得到 {found}。请写 target = target.float(),或用 target.argmax(1) 得到"
        "类别编号"),
    "label-smoothing": (
        "label_smoothing must be between 0.0 and 1.0. Got: {given}", "label_smoothing 应在 0 到 1 之间,得到 {given}"),
    "margin-ranking-dims": (
        "margin_ranking_loss : All input tensors should have same dimension but got sizes: {shapes}",
        "margin_ranking_loss 的三个张量维数应相同,形状是 {shapes}"),
    "cosine-embedding-dims": (
        "cosine_embedding_loss: a 1D target of N signs needs 2D inputs (N, D), a 0D target 1D inputs; got inputs {a}, {b} "
        "and target {target}",
        "cosine_embedding_loss:target 为 (N) 时输入应为 (N, D),为 0 维时输入应为 1 维;得到 {a}、{b} 和 {target}"),
    "multi-margin-p": ("only p == 1 and p == 2 supported, got {p}", "multi_margin_loss 的 p 只能是 1 或 2,得到 {p}"),
    "multilabel-shapes": (
        "inconsistent target size: {target} for input of size: {input}; rows of labels have the input's shape, filled up "
        "with -1",
        "target 的形状 {target} 应与输入的形状 {input} 相同,每行标签之后用 -1 填满"),
    "triplet-margin": ("margin must be greater than 0, got {margin}", "margin 必须大于 0,得到 {margin}"),
}
