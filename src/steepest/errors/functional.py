"""Texts of `torch.nn.functional`: layers, activations and losses."""

ROWS = {
    "linear-cross-entropy-option": ("invalid {name}: {value!r}", "{name} 无效：{value!r}"),
    "linear-cross-entropy-dims": (
        "linear_cross_entropy expects an input (N, in_features) or (in_features) and a weight (C, *, in_features), got shapes {input} and "
        "{weight}; a weight of more dimensions needs a batch",
        "linear_cross_entropy 的输入应为 (N, in_features) 或 (in_features)，权重应为 (C, *, in_features)，得到 {input} 与 {weight}"),
    "linear-cross-entropy-features": (
        "expected equal input and linear_weight last dimensions (in_features), got {input} and {weight}, respectively",
        "输入与 linear_weight 的最后一维应相等，得到 {input} 与 {weight}"),
    "linear-cross-entropy-bias": (
        "expected linear_bias shape {expected}, got {got}", "linear_bias 的形状应为 {expected}，得到 {got}"),
    "linear-cross-entropy-ignored": (
        "ignore_index cannot be specified when target contains probabilities", "target 是概率时不能指定 ignore_index"),
    "linear-cross-entropy-weight": ("expected weight shape to be {expected}, got {got}", "weight 的形状应为 {expected}，得到 {got}"),
    "linear-cross-entropy-smoothing": (
        "expected label_smoothing to be in range [0, 1], got {given}", "label_smoothing 应在 [0, 1] 内，得到 {given}"),
    "embedding-weight": ("'weight' must be 2-D, its shape is {shape}", "weight 应为二维张量,形状是 {shape}"),
    "prelu-weight-dims": ("prelu: Expected `weight` to be a scalar or 1D tensor, but got shape {shape}", "prelu 的 weight 应为标量或一维张量,形状是 {shape}"),
    "batch-norm-eps": ("batch_norm eps must be positive, but got {eps}", "batch_norm 的 eps 应为正数,得到 {eps}"),
    # layers
    "linear-dims": (
        "linear needs an input (*, in_features) and a weight (out_features, in_features) or (in_features), got {input} and {weight}",
        "linear 的输入应为 (*, in_features),权重应为 (out_features, in_features) 或 (in_features),得到 {input} 与 {weight}"),
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
        "bilinear(): input{which} size does not match weight size: got {given} but expected {expected}",
        "bilinear():第 {which} 个输入的特征数是 {given},权重需要 {expected}"),
    # activations
    "celu-alpha": ("ZeroDivisionError: alpha cannot be 0 for CELU", "CELU 的 alpha 不能为 0"),
    "gelu-approximate": (
        "approximate argument must be either none or tanh, got {given!r}",
        "gelu 的 approximate 只能是 \"none\" 或 \"tanh\",得到 {given!r}"),
    "hardtanh-dtype": (
        "hardtanh: {dtype} inputs are not supported with the lower limit {low}, which that type cannot hold: write x.float()",
        "hardtanh 不支持 {dtype} 的输入与下限 {low}:请写 x.float()"),
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
    "bce-target-range": (
        "all elements of target should be between 0 and 1, but they lie between {low:.4g} and {high:.4g}. Write {hint}",
        "all elements of target should be between 0 and 1:标签应在 0 到 1 之间,现在是 {low:.4g} 到 {high:.4g}。请写 {hint}"),
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
    "margin-labels": (
        "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size "
        "{wanted}, but got {target}. Input has shape {input}.",
        "multi_margin_loss 的 target 应为一维,每个样本一个数:应为 {wanted},得到 {target},输入的形状是 {input}"),
    "labels-alone": (
        "For 1D input, 1D target must have size 1, but got target size: {size}", "一维输入的一维 target 只能有 1 个数,得到 {size} 个"),
    "labels-shape": (
        "Expected target size {wanted}, got {target}, for scores of shape {input}",
        "预测的形状是 {input} 时,target 的形状应为 {wanted},得到 {target}"),
    "labels-outside": (
        "Target {label} is out of bounds: there are {classes} classes, so labels go from 0 to {last}, but these go from "
        "{low} to {high}. "
        "Write {hint}",
        "Target {label} is out of bounds:共 {classes} 类,标签应为 0 到 {last},而这里是 {low} 到 {high}。请写 {hint}"),
    "class-weights-dtype": (
        "expected scalar type {expected} but found {found}: the weights need the dtype of the scores; write weight.to(input.dtype)",
        "权重的 dtype 应与预测相同,需要 {expected},得到 {found}:请写 weight.to(input.dtype)"),
    "class-weights": (
        "weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: "
        "{shape}",
        "weight 应对 {classes} 个类各有一个数,得到形状 {shape}"),
    "class-probabilities-ignored": (
        "ignore_index is not supported for floating point target: got ignore_index={index} and class probabilities; give these rows no "
        "weight instead",
        "target 是类别概率时不支持 ignore_index={index}:请把要忽略的行从损失中去掉"),
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
    "margin-input": (
        "Expected non-empty vector or matrix with optional 0-dim batch size, but got: {shape}", "输入应为非空的向量或矩阵(批可以为空),得到形状 {shape}"),
    "margin-weight": ("weight must be one-dimensional, got shape {shape}", "weight 应为一维,得到形状 {shape}"),
    "margin-weight-size": (
        "inconsistent weight size, expected {classes} but got {shape}", "weight 应有 {classes} 个元素(每类一个),得到形状 {shape}"),
    "multilabel-shapes": (
        "inconsistent target size: {target} for input of size: {input}; rows of labels have the input's shape, filled up "
        "with -1",
        "target 的形状 {target} 应与输入的形状 {input} 相同,每行标签之后用 -1 填满"),
    "triplet-margin": ("margin must be greater than 0, got {margin}", "margin 必须大于 0,得到 {margin}"),
    # dropout
    "feature-dropout-dims": (
        "Feature dropout requires at least 2 dimensions in the input, (N, C, *); got shape {shape}",
        "按通道的 dropout 需要至少两维 (N, C, *),得到形状 {shape}"),
    "dropout-dims": (
        "{function}: Expected {wanted} input, but received an input of shape {shape}",
        "{function} 需要 {wanted} 的输入,得到形状 {shape}"),
    "dropout2d-dims": (
        "dropout2d: Received a {ndim}-D input to dropout2d, which is deprecated and will result in an error in a future "
        "release. To retain "
        "the behavior and silence this warning, please use dropout instead.",
        "dropout2d 的输入应为 4 维,得到 {ndim} 维:请改用 dropout"),
    "dropout2d-3d": (
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input "
        "is interpreted "
        "as shape (N, C, L). For (C, H, W) write x.unsqueeze(0), for (N, C, L) dropout1d.",
        "dropout2d 得到 3 维输入,按 (N, C, L) 处理。若是 (C, H, W) 请写 x.unsqueeze(0),若是 (N, C, L) 请用 dropout1d"),
    "dropout3d-dims": (
        "dropout3d: Received a {ndim}-D input to dropout3d, which is deprecated and will result in an error in a future "
        "release. To retain "
        "the behavior and silence this warning, please use dropout instead.",
        "dropout3d 的输入应为 5 维,得到 {ndim} 维:请改用 dropout"),
    # embeddings
    "cuda-type": (
        "type torch.cuda.{name} not available. Torch not compiled with CUDA enabled: write torch.{name}",
        "没有类型 torch.cuda.{name}：这里只在 CPU 上计算，请写 torch.{name}"),
    "sparse-gradient": (
        "the entries of a sparse tensor are constants here and cannot want a gradient: write values.detach(), or "
        "x.index_select(0, column) * values[:, None] and index_add(0, row, ...) in the place of the product",
        "这里稀疏张量的元素是常数，不能要求梯度：请写 values.detach()，或用 x.index_select(0, column) * values[:, None] "
        "再 index_add(0, row, ...) 代替乘积"),
    "sparse-shapes": (
        "indices {indices} and values {values} do not make a sparse tensor: indices are (sparse_dim, nnz), values (nnz, *dense)",
        "indices {indices} 与 values {values} 不能构成稀疏张量：indices 的形状应为 (sparse_dim, nnz)，values 为 (nnz, *dense)"),
    "sparse-index": (
        "size is inconsistent with indices: for dim {dim}, size is {size} but found index {index}",
        "尺寸与下标不一致：第 {dim} 维的大小为 {size}，却有下标 {index}"),
    "not-coalesced": (
        "Cannot get {what} on an uncoalesced tensor, please call .coalesce() first", "请先写 x = x.coalesce(),再取 {what}"),
    "embedding-dtype": (
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got {dtype} "
        "instead (while "
        "checking arguments for embedding): write x = x.long()",
        "embedding 的输入应为整数编号,得到 {dtype}:请写 x = x.long()"),
    "embedding-sparse-by-count": (
        "embedding_backward: scale_grad_by_freq not supported with sparse gradients",
        "稀疏梯度(sparse=True)不能按出现次数缩放(scale_grad_by_freq)",
    ),
    "embedding-outside": (
        "index out of range in self: the table has {rows} rows, 0 to {last}, the numbers go from {low} to {high}. Write "
        "nn.Embedding({high} + 1, ...), or mend the numbers",
        "index out of range in self:表有 {rows} 行(0 到 {last}),而编号从 {low} 到 {high}。请写 nn.Embedding({high} + 1, ...)"
        ",或改正编号"),
    "embedding-padding": (
        "Padding_idx must be within num_embeddings: got {padding} for {rows} rows", "padding_idx({padding})应在 {rows} 行之内"),
    "bag-outside": (
        "embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {index}: the table has {rows} rows",
        "embedding_bag:编号 {index} 超出表的 {rows} 行"),
    "bag-outside-fast": (
        "Index {place} of input takes value {index} which is not in the valid range [0, {rows})",
        "embedding_bag:第 {place} 个编号 {index} 超出表的 {rows} 行"),
    "bag-mode": ("mode has to be one of sum, mean or max, got {mode!r}", "mode 只能是 sum、mean 或 max,得到 {mode!r}"),
    "bag-max-by-count": (
        "max mode does not support scaling the gradient by the frequency", "mode='max' 时不能按出现次数缩放梯度"),
    "bag-weights": (
        "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
        "mode={mode!r})",
        "embedding_bag 的 per_sample_weights 只能用于 mode='sum',得到 {mode!r}"),
    "bag-weights-dtype": (
        "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 'per_sample_weights'; but type {table} does "
        "not equal {weights}",
        "per_sample_weights 的类型 {weights} 应与表的类型 {table} 相同"),
    "bag-weights-shape": (
        "embedding_bag: If per_sample_weights (torch.Size({weights})) is not None, then it must have the same shape as the input "
        "(torch.Size({input}))",
        "per_sample_weights 的形状 {weights} 应与输入的形状 {input} 相同"),
    "bag-offsets": (
        "offsets has to be a 1D Tensor for an input of one dimension: where each bag begins, starting with 0",
        "输入为一维时需要一维的 offsets:每个袋子从哪里开始,第一个是 0"),
    "bag-offsets-order": (
        "offsets must begin with 0, not fall, and lie within the input of {size} numbers; got {offsets}",
        "offsets 应从 0 开始、不减,且不超过输入的 {size} 个编号;得到 {offsets}"),
    "bag-shape": (
        "input has to be 1D with offsets, or 2D without; got shape {shape}",
        "输入应为一维并给出 offsets,或为二维且不给 offsets;得到形状 {shape}"),
    "one-hot-dtype": (
        "one_hot is only applicable to index tensor of type LongTensor, got {dtype}: write F.one_hot(x.long())",
        "one_hot 需要 int64 的类别编号,得到 {dtype}:请写 F.one_hot(x.long())"),
    "one-hot-empty": (
        "Can not infer total number of classes from empty tensor: write num_classes=",
        "空张量无法得出类别数:请写 num_classes="),
    "one-hot-negative": (
        "Class values must be non-negative, the smallest is {low}", "类别编号不能为负,最小的是 {low}"),
    "one-hot-outside": (
        "Class values must be smaller than num_classes: the largest is {high}, num_classes is {classes}",
        "类别编号必须小于 num_classes:最大的是 {high},num_classes 是 {classes}"),
    # normalisation
    "batch-norm-dims": (
        "batch_norm needs an input (N, C, *), got shape {shape}", "batch_norm 的输入应为 (N, C, *),得到形状 {shape}"),
    "batch-norm-channels": (
        "{name} should contain {channels} elements not {given}: the input of shape {shape} has {channels} channels in "
        "dimension 1. Write "
        "nn.BatchNorm...({channels})",
        "{name} 应有 {channels} 个元素,而不是 {given}:形状为 {shape} 的输入在第 1 维上有 {channels} 个通道。请写 "
        "nn.BatchNorm...({channels})"),
    "instance-norm-statistics": (
        "{name} should contain {wanted} elements not {given}", "{name} 应有 {wanted} 个数(每个样本每个通道一个),得到 {given} 个"),
    "instance-norm-affine": (
        "Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of shape {given} and input of shape "
        "{input}",
        "{name} 应是长度等于输入通道数的向量,得到形状 {given},输入的形状是 {input}"),
    "batch-norm-statistics": (
        "running_mean must be defined in evaluation mode: give running_mean and running_var, or training=True",
        "training=False 时必须给出 running_mean 和 running_var"),
    "batch-norm-one-value": (
        "Expected more than 1 value per channel when training, got input size {shape}. One value has no variance: use a "
        "batch of two or "
        "more (DataLoader(..., drop_last=True) drops a last batch of one), or call model.eval()",
        "训练时每个通道需要多于一个值,输入的形状是 {shape}。一个值没有方差:请使批大小不小于 2(DataLoader(..., drop_last=True) "
        "会去掉最后只有一个样本的批),或先写 model.eval()"),
    "instance-norm-one-value": (
        "Expected more than 1 spatial element when training, got input size {shape}",
        "每个通道需要多于一个空间元素,输入的形状是 {shape}"),
    "normalized-shape": (
        "Given normalized_shape={wanted}, expected input with shape [*, {wanted}], but got input of size{shape}",
        "normalized_shape={wanted} 应与输入最后的几维相同,而输入的形状是 {shape}"),
    "normalized-weight": (
        "Expected weight and bias to be of same shape as normalized_shape {wanted}, got {given}",
        "weight 和 bias 的形状应为 normalized_shape {wanted},得到 {given}"),
    "group-norm-dims": (
        "Expected at least 2 dimensions for input tensor but received {ndim}", "输入至少要有 2 维,得到 {ndim} 维"),
    "group-norm-channels": (
        "Expected number of channels in input to be divisible by num_groups, but got input of shape {shape} and "
        "num_groups={groups}",
        "通道数应能被 num_groups 整除,输入的形状是 {shape},num_groups={groups}"),
    "response-norm-dims": (
        "Expected 3D or higher dimensionality input (got {ndim} dimensions)", "输入应有 3 维或更多,得到 {ndim} 维"),
    # padding
    "pad-odd": ("Padding length must be divisible by 2, got pad={pad}", "pad 的个数应为偶数,得到 {pad}"),
    "pad-too-long": (
        "Padding length should be less than or equal to two times the input dimension but got pad={pad} for {ndim} dimensions",
        "pad 的个数不能超过维数的两倍:pad={pad},输入有 {ndim} 维"),
    "pad-negative": (
        "The input of shape {shape} plus padding {pad} results in a negative or empty size",
        "形状为 {shape} 的输入按 {pad} 填充后没有元素"),
    "pad-unknown-mode": (
        "Unrecognised padding mode {mode}: write \"constant\", \"reflect\", \"replicate\" or \"circular\"",
        "填充方式 {mode} 不存在:请写 \"constant\"、\"reflect\"、\"replicate\" 或 \"circular\""),
    "pad-value": (
        "Padding mode \"{mode}\" doesn't take in value argument, got {value}", "填充方式 \"{mode}\" 不需要 value,得到 {value}"),
    "pad-dims": (
        "Padding size {count} is not supported for {ndim}D input tensor: mode \"{mode}\" pads the last one, two or three dimensions of "
        "(N, C, *) or (C, *), got pad={pad} for shape {shape}",
        "填充方式 \"{mode}\" 只能填充 (N, C, *) 或 (C, *) 的最后一到三维,得到 pad={pad},形状 {shape}"),
    "pad-reflect": (
        "Padding size should be less than the corresponding input dimension, but got: padding {pad} for shape {shape}",
        "reflect 填充的宽度必须小于相应的维,得到 {pad},形状 {shape}"),
    "pad-circular": (
        "Padding value causes wrapping around more than once: padding {pad} for shape {shape}",
        "circular 填充的宽度不能超过相应的维,得到 {pad},形状 {shape}"),
    # convolution and windows
    "window-sizes": (
        "{function}: expected {name} to be a single integer value or a list of {n} values to match the dimensions, but got "
        "{name}={given}",
        "{function} 的 {name} 应为一个整数或 {n} 个整数,得到 {given}"),
    "window-dims-line": (
        "max_pool1d: Expected {unbatched}D or {batched}D (batch mode) tensor with optional 0 dim batch size for input, but got: {shape}",
        "max_pool1d 的输入应为 {unbatched} 维(无批)或 {batched} 维(有批),得到形状 {shape}"),
    "window-dims-pool": (
        "non-empty {unbatched}D or {batched}D (batch mode) tensor expected for input, {function} got the shape {shape}",
        "{function} 的输入应为 {unbatched} 维(无批)或 {batched} 维(有批),得到形状 {shape}"),
    "window-dims-self": (
        "Expected {unbatched} to {batched} dimensions, but got {ndim}-dimensional tensor for argument #1 'self' (while checking arguments "
        "for {function})",
        "{function} 的输入应为 {unbatched} 维(无批)或 {batched} 维(有批),得到 {ndim} 维"),
    "window-dims-adaptive": (
        "{function}(): Expected {unbatched}D or {batched}D tensor, but got {shape}",
        "{function} 的输入应为 {unbatched} 维(无批)或 {batched} 维(有批),得到形状 {shape}"),
    "window-dims-unfold": (
        "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: {shape}",
        "unfold 的输入应为 3 维(无批)或 4 维(有批),得到形状 {shape}"),
    "window-dims": (
        "Expected {unbatched}D (unbatched) or {batched}D (batched) input to {function}, but got input of size: {shape}. One "
        "channel needs a "
        "dimension of its own: write x.unsqueeze(1) for a batch without channels",
        "{function} 的输入应为 {unbatched} 维(无批)或 {batched} 维(有批),得到形状 {shape}。只有一个通道时也需要通道这一维:请"
        "写 x.unsqueeze(1)"),
    "conv-negative-padding": (
        "negative padding is not supported, got {padding}: cut the input instead, for instance x[..., 1:-1]",
        "不支持负的 padding {padding}:请改为裁剪输入,例如 x[..., 1:-1]"),
    "conv-padding": (
        "Invalid padding string: {given!r}. Should be one of {{'valid', 'same'}}",
        "padding 只能是 \"valid\"、\"same\" 或整数,得到 {given!r}"),
    "conv-same-stride": (
        "padding='same' is not supported for strided convolutions (stride {stride}): write padding as numbers",
        "步长为 {stride} 时不能用 padding='same':请把 padding 写成整数"),
    "conv-weight-dims": (
        "{function} expects weights of {ndim} dimensions, (C_out, C_in / groups, *kernel), got shape {shape}",
        "{function} 的权重应有 {ndim} 维 (C_out, C_in / groups, *kernel),得到形状 {shape}"),
    "conv-dtypes": (
        "Input type ({A}) and {what} type ({B}) should be the same: the input is {a}, the layer's {what} {b}. Data from NumPy is "
        "float64 by default: "
        "write x = x.float()",
        "输入的类型是 {a},而这一层的权重或偏置是 {b}(Input type ({A}) and {what} type ({B}) should be the same)。NumPy 的数据默认是 float64:请"
        "写 x = x.float()"),
    "conv-channels": (
        "Given groups={groups}, weight of size {weight}, expected input{input} to have {expected} channels, but got {given} "
        "channels instead. "
        "Write nn.Conv{n}d({given}, ...), or bring the channels to dimension 1 with x.permute(...)",
        "权重的形状是 {weight}(groups={groups}),输入 {input} 应有 {expected} 个通道,实际有 {given} 个。请写 "
        "nn.Conv{n}d({given}, ...),或用 "
        "x.permute(...) 把通道放到第 1 维"),
    "conv-groups": (
        "{out} output channels cannot be divided into {groups} groups", "{out} 个输出通道不能分成 {groups} 组"),
    "conv-kernel-empty": ("kernel size should be greater than zero, but got {kernel}", "卷积核的大小必须大于 0,得到 {kernel}"),
    "conv-bias": (
        "Given weight of size {weight}, expected bias to be 1-dimensional with {out} elements, but got bias of size {shape} instead",
        "偏置应有 {out} 个元素,得到形状 {shape}"),
    "conv-stride": (
        "non-positive stride or dilation is not supported, got {stride} and {dilation}",
        "步长和 dilation 必须为正,得到 {stride} 和 {dilation}"),
    "conv-too-small": (
        "Calculated padded input size per channel: ({inside}). Kernel size: ({kernel}). Kernel size can't be greater than "
        "actual input size: "
        "write padding= or take a smaller kernel",
        "填充之后每个通道的大小是 ({inside}),小于卷积核 ({kernel}):请加 padding= 或减小卷积核"),
    "conv-transposed-channels": (
        "Given transposed=1, weight of size {weight}, expected input{input} to have {expected} channels, but got {given} "
        "channels instead",
        "转置卷积的权重形状是 {weight},输入 {input} 应有 {expected} 个通道,实际有 {given} 个"),
    "conv-output-padding": (
        "output padding must be smaller than either stride or dilation, but got output_padding {extra}, stride {stride}, "
        "dilation {dilation}",
        "output_padding({extra})必须小于步长({stride})或 dilation({dilation})"),
    # pooling and folding
    "pool-sizes": (
        "{function}: kernel_size, stride and dilation must be greater than zero, got {kernel}, {stride} and {dilation}",
        "{function} 的 kernel_size、stride 和 dilation 必须为正,得到 {kernel}、{stride} 和 {dilation}"),
    "pool-padding": (
        "pad should be at most half of effective kernel size, but got pad={padding} and kernel_size={kernel} ({function})",
        "{function} 的 padding({padding})不能超过窗口({kernel})的一半"),
    "pool-of-nothing": (
        "{function}: Expected {unbatched}D or {batched}D (batch mode) tensor with optional 0 dim batch size for input, but got: {shape}",
        "{function} 的输入除批以外各维都不能为空,得到形状 {shape}"),
    "pool-too-small-3d": (
        "input image ({input}) smaller than kernel size ({kernel})", "avg_pool3d 的输入大小 ({input}) 小于窗口 ({kernel})"),
    "pool-too-small-1d": (
        "max_pool1d() Invalid computed output size: {size}: the windows do not fit into the input", "max_pool1d 的输入容不下窗口(输出大小 {size})"),
    "pool-too-small": (
        "Given input size: ({input}). Calculated output size: ({output}). Output size is too small: {function} needs a "
        "smaller kernel, or "
        "fewer pooling layers before it",
        "{function} 的输入大小是 ({input}),输出将是 ({output}):请减小窗口,或减少前面的池化层"),
    "pool-divisor": ("{function}: divisor must be not zero", "{function} 的 divisor_override 不能为 0"),
    "unpool-shapes": (
        "Expected shape of indices to be same as that of the input tensor ({input}) but got indices tensor with shape: "
        "{indices}",
        "indices 的形状 {indices} 应与输入的形状 {input} 相同"),
    "unpool-output": (
        "invalid output_size {given}: each size must lie between {low} and {high}, both excluded",
        "output_size {given} 应在 {low} 与 {high} 之间(不含两端)"),
    "unpool-index": (
        "Found an invalid max index: they go from {low} to {high}, the output has {size} places. Give output_size=",
        "indices 从 {low} 到 {high},而输出只有 {size} 个位置:请给出 output_size="),
    "fractional-samples": (
        "Expect _random_samples of {function} to have the shape {wanted}, got {got}", "{function} 的 _random_samples 形状应为 {wanted},得到 {got}"),
    "adaptive-dims": (
        "Input dimension should be at least {least} for the output size {given}, got shape {shape}: write x.unsqueeze(0) for one channel",
        "output_size 为 {given} 时输入至少应有 {least} 维,得到形状 {shape}:只有一个通道时写 x.unsqueeze(0)"),
    "adaptive-sizes": (
        "{function}: output_size must be a number or {n} numbers (None keeps a dimension), got {given}",
        "{function} 的 output_size 应为一个数或 {n} 个数(None 保持原大小),得到 {given}"),
    "unfold-empty": (
        "Given input with spatial size {size}, kernel_size={kernel}, calculated shape of the array of sliding blocks as {blocks}, but its "
        "components must be at least one.",
        "大小为 {size} 的输入容不下大小为 {kernel} 的窗口(窗口数 {blocks})"),
    "fold-dims": (
        "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: {shape}",
        "fold 的输入应为 2 维(无批)或 3 维(有批),除批外各维不得为 0,得到形状 {shape}"),
    "fold-channels": (
        "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)={given} and "
        "kernel_size={kernel}.",
        "输入的第 1 维 {given} 应能被 kernel_size {kernel} 的乘积整除"),
    "fold-shape": (
        "Given output_size={size}, kernel_size={kernel}, the input must be (N, C * {block}, {count}), but got the shape {shape}",
        "fold:kernel_size={kernel}、output_size={size} 时输入的形状应为 (N, C * {block}, {count}),得到 {shape}"),
    "pixel-shuffle": (
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor ({square}), "
        "got shape {shape}",
        "pixel_shuffle 的通道数应能被 upscale_factor 的平方({square})整除,得到形状 {shape}"),
    "pixel-unshuffle": (
        "pixel_unshuffle expects height and width to be divisible by downscale_factor ({factor}), got shape {shape}",
        "pixel_unshuffle 的高和宽应能被 downscale_factor({factor})整除,得到形状 {shape}"),
    "channel-shuffle": (
        "Number of channels must be divisible by groups. Got an input of shape {shape} and {groups} groups.",
        "通道数应能被 groups 整除,输入的形状是 {shape},groups={groups}"),
    # attention and sampling
    "group-norm-weight": (
        "Expected {name} to be a vector of size equal to the number of channels in input, {channels}, but got shape {shape}",
        "{name} 应是长度等于输入通道数 {channels} 的向量,得到形状 {shape}"),
    "conv-weight-empty": (
        "Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size {weight} instead",
        "groups={groups} 时,权重的第 0 维至少应为 {groups},得到形状 {weight}"),
    "pad-of-nothing": (
        "Expected {dims}D or {batched}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: "
        "{shape}",
        "{dims} 维(或带批次的 {batched} 维)输入除批次外各维都不能为 0,得到形状 {shape}"),
    "attention-dtypes": (
        "Expected query, key, and value to have the same dtype, but got query.dtype: {query} key.dtype: {keys} and value.dtype: {value} "
        "instead: write key.to(query.dtype), value.to(query.dtype)",
        "query、key、value 的类型应相同,得到 {query}、{keys}、{value}:请写 key.to(query.dtype)、value.to(query.dtype)"),
    "attention-two-masks": (
        "scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True",
        "is_causal=True 时不能再给 attn_mask"),
    "attention-shapes": (
        "scaled_dot_product_attention: query {query} (*, L, E), key {keys} (*, S, E) and value {value} (*, S, V) do not fit",
        "query {query} (*, L, E)、key {keys} (*, S, E) 与 value {value} (*, S, V) 的形状不匹配"),
    "attention-width": (
        "was expecting embedding dimension of {expected}, but got {given}; it must be divisible by num_heads {heads}",
        "嵌入维数应为 {expected} 并能被 num_heads({heads})整除,得到 {given}"),
    "triplet-dims": (
        "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor {anchor}D, positive "
        "{positive}D, and negative {negative}D inputs",
        "anchor、positive、negative 的维数应相同,得到 {anchor}、{positive}、{negative} 维"),
    "labels-long": (
        "expected scalar type Long but found {found}: class numbers are integers; write target.long()",
        "类别编号应为整数(Long),得到 {found}:请写 target.long()"),
    "unpool-index-dtype": (
        "elements in indices should be type int64 but got: {found}", "indices 应为 int64,得到 {found}"),
    "unpool-output-length": (
        "output_size should be a sequence containing {n} or {all} elements, but it has a length of '{given}'",
        "output_size 应有 {n} 或 {all} 个数,得到 {given} 个"),
    "attention-query": (
        "query should be unbatched 2D or batched 3D tensor but received {ndim}-D query tensor", "query 应为 2 维(无批)或 3 维(有批),得到 {ndim} 维"),
    "attention-keys": (
        "For {kind} `query`, expected `key` and `value` to be {ndim}-D but found {keys}-D and {value}-D tensors respectively",
        "query 是 {ndim} 维时 key 与 value 也应是 {ndim} 维,得到 {keys} 维与 {value} 维"),
    "attention-padding": (
        "For {kind} `query`, expected `key_padding_mask` to be `None` or {ndim}-D but found {given}-D tensor instead",
        "key_padding_mask 应为 {ndim} 维,得到 {given} 维"),
    "attention-mask": (
        "For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {ndim}-D tensor instead",
        "attn_mask 应为 2 维或 3 维,得到 {ndim} 维"),
    "attention-weights": (
        "expecting {name} weights shape of {wanted}, but got torch.Size({given})", "{name} 的权重形状应为 {wanted},得到 {given}"),
    "attention-mask-dtype": ("only bool and floating types of {name} are supported", "{name} 应为布尔或浮点类型"),
    "attention-mask-shape": (
        "The shape of the {ndim}D attn_mask is torch.Size({given}), but should be {wanted}.", "{ndim} 维 attn_mask 的形状是 {given},应为 {wanted}"),
    "attention-padding-shape": (
        "Expected key_padded_mask.shape[{dim}] to be {size}, but got {given}", "key_padding_mask 的第 {dim} 维应为 {size},得到 {given}"),
    "attention-key-value": (
        "key shape torch.Size({keys}) does not match value shape torch.Size({value})", "key 的形状 {keys} 与 value 的形状 {value} 不同"),
    "attention-ndim": (
        "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: {query} key.dim: {keys} and value.dim: {value} "
        "instead.",
        "query、key、value 都至少要有 2 维,得到 {query}、{keys}、{value} 维"),
    "attention-causal": (
        "Need attn_mask if specifying the is_causal hint: pass attn_mask=torch.nn.Transformer.generate_square_subsequent_mask(L)",
        "is_causal=True 时需要同时给出 attn_mask：请传 attn_mask=torch.nn.Transformer.generate_square_subsequent_mask(L)"),
    "interpolate-align": (
        "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
        "align_corners 只能用于 linear、bilinear、bicubic 和 trilinear"),
    "interpolate-size": (
        "only one of size or scale_factor should be defined: write size=(H, W) or scale_factor=2",
        "size 与 scale_factor 应给出且只给出一个"),
    "interpolate-nothing": (
        "either size or scale_factor should be defined: write size=(H, W) or scale_factor=2", "size 与 scale_factor 应给出一个"),
    "interpolate-modes": (
        "Input Error: Only 3D, 4D and 5D input Tensors supported (got {ndim}D) for the modes: nearest | linear | bilinear | bicubic | "
        "trilinear | lanczos | area | nearest-exact (got {mode})",
        "输入应为 3、4 或 5 维(得到 {ndim} 维),mode 应为 nearest、linear、bilinear、bicubic、trilinear、area 或 nearest-exact(得到 {mode})"),
    "interpolate-antialias": (
        "Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input",
        "antialias 只能用于 bilinear 和 bicubic"),
    "interpolate-mode": (
        "Got {ndim}D input, but {mode} mode does not fit: 3D inputs need linear, 4D bilinear or bicubic, 5D trilinear; "
        "nearest, "
        "nearest-exact and area fit all",
        "{ndim} 维输入不能用 {mode}:3 维用 linear,4 维用 bilinear 或 bicubic,5 维用 trilinear;nearest、nearest-exact 和 "
        "area 均可"),
    "interpolate-count": (
        "Input and {what} must have the same number of spatial dimensions, but got input with spatial dimensions of {input} and {what} of "
        "{given}",
        "输入的空间维是 {input},与 {what} {given} 的个数不符"),
    "interpolate-empty": (
        "Input and output sizes should be greater than 0, but got input {input} output {output}",
        "输入和输出的大小都应大于 0:输入 {input},输出 {output}"),
    "interpolate-recompute": (
        "recompute_scale_factor is not meaningful with an explicit size.", "给出 size 时 recompute_scale_factor 没有意义"),
    "upsample-deprecated": (
        "`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.",
        "{name} 已过时:请用 nn.functional.interpolate"),
    "grid-mode": (
        "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic' and padding_mode to be 'zeros',"
        " 'border', or "
        "'reflection', but got: '{mode}' and '{padding}'",
        "grid_sample 的 mode 为 bilinear、nearest 或 bicubic,padding_mode 为 zeros、border 或 reflection;得到 {mode} 和 "
        "{padding}"),
    "grid-align": (
        "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
        "align_corners=True if "
        "the old behavior is desired.",
        "grid_sample 和 affine_grid 默认 align_corners=False,请写明"),
    "grid-shape": (
        "grid_sampler(): an input {input} and a grid {grid} do not fit (mode {mode}): (N, C, H, W) needs (N, Ho, Wo, 2), (N,"
        " C, D, H, W) needs "
        "(N, Do, Ho, Wo, 3) and has no bicubic mode",
        "grid_sample:输入 {input} 与 grid {grid} 不匹配(mode {mode}):(N, C, H, W) 需要 (N, Ho, Wo, 2),(N, C, D, H, W) 需要 "
        "(N, Do, Ho, Wo, 3)"),
    "affine-shape": (
        "Expected a batch of affine matrices (N, 2, 3) for a size (N, C, H, W) or (N, 3, 4) for (N, C, D, H, W), got "
        "{theta} for {size}",
        "affine_grid:size 为 (N, C, H, W) 时 theta 应为 (N, 2, 3),为 (N, C, D, H, W) 时应为 (N, 3, 4);得到 {theta} 和 {size}"),
    # alignment
    "ctc-lengths": (
        "{name} must be of size batch_size: one number for each of {samples} samples, got {given}",
        "{name} 应对 {samples} 个样本各有一个数,得到 {given} 个"),
    "ctc-blank": (
        "blank must be in label range: got {blank} for {classes} classes", "blank({blank})应是 {classes} 个类别之一"),
    "ctc-input-length": (
        "Expected input_lengths to have value at most {steps}, but got value {longest}, or a negative one",
        "input_lengths 应在 0 到 {steps} 之间,最大的是 {longest}"),
    "ctc-labels": (
        "Expected tensor to have size {wanted} at dimension {dim}, but got size {given} for argument #2 'targets', as target_lengths says",
        "按 target_lengths,targets 的第 {dim} 维的大小应为 {wanted},得到 {given}"),
    "fractional-size": (
        "{function} requires specifying either an output_size or an output_ratio, and not both",
        "{function} 需要 output_size 或 output_ratio 中的一个"),
    "fractional-too-large": (
        "{function}(): pool {name} {kernel} too large relative to input {name} {input}, for {out} windows",
        "{function}:输入的大小 {input}({name})容不下 {out} 个大小为 {kernel} 的窗口"),
}
