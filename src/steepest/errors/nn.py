"""Texts of modules, their state dictionaries, hooks and layers."""

ROWS: dict[str, tuple[str, str]] = {
    "distributed-without-parameters": (
        "DistributedDataParallel is not needed when a module doesn't have any parameters that require a gradient.",
        "模块没有需要梯度的参数，不需要 DistributedDataParallel"),
    "causal-variant": ("variant must be a CausalVariant, got {kind}", "variant 应为 CausalVariant，得到 {kind}"),
    "causal-nan": (
        "Lower right causal bias will produce NaNs in the output when seq_len_q > seq_len_kv!",
        "seq_len_q > seq_len_kv 时，右下对齐的因果掩码会使输出出现 NaN！"),
    "causal-size": ("{function} only supports 2D tensors: write {function}(seq_len_q, seq_len_kv)", "{function} 需要两个大小：请写 {function}(seq_len_q, seq_len_kv)"),
    "parameter-of-class": (
        "Creating a Parameter from an instance of type {kind} requires that detach() returns an instance of the same type, but return type "
        "{got} was found instead. To use the type as a Parameter, please correct the detach() semantics defined by its "
        "__torch_function__() implementation.",
        "由 {kind} 的对象生成 Parameter 时，detach() 应返回同一类的对象，却得到 {got}：请在 __torch_function__() 中改正 detach()"),
    "prune-structured-vector": (
        "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape torch.Size({shape}) with {ndim} dims",
        "结构化剪枝只能用于多维张量，得到形状 {shape}（{ndim} 维）",
    ),
    "prune-amount": ("amount must be a number of weights (int) or a share of them (float from 0 to 1), got {amount}",
                     "amount 应为个数(整数)或比例(0 到 1 的小数),得到 {amount}"),
    "prune-too-many": ("amount={amount} should be smaller than the number of parameters to prune={size}", "amount={amount} 大于可剪的个数 {size}"),
    "prune-without-mask": ("{kind} has no compute_mask: write one that returns ones for what stays", "{kind} 没有 compute_mask:请写一个,保留处为 1"),
    "prune-scores": ("importance_scores should have the same shape as the parameter: {shape} and {expected}", "importance_scores 的形状 {shape} 应与参数的形状 {expected} 相同"),
    "prune-method": ("{kind} is not a BasePruningMethod subclass", "{kind} 不是 BasePruningMethod 的子类"),
    "prune-names": ("Can only add pruning methods acting on the parameter named '{a}', found '{b}'", "只能加入作用于参数 {a} 的剪枝方法,得到 {b}"),
    "prune-not": ("Parameter '{name}' of module {module} has to be pruned before pruning can be removed", "{module} 的参数 {name} 没有被剪枝"),
    # registering
    "assigned-before-init": (
        "cannot assign {kind} before Module.__init__() call: write super().__init__() as the first line of {owner}.__init__",
        "cannot assign {kind} before Module.__init__() call：请在 {owner}.__init__ 的第一行写 super().__init__()",
    ),
    "name-not-a-string": (
        "{kind} name should be a string. Got {type}",
        "{kind} 的名字应当是字符串，得到的是 {type}",
    ),
    "name-empty": ('{kind} name can\'t be empty string ""', '{kind} 的名字不能是空字符串 ""'),
    "name-with-dot": ('{kind} name can\'t contain "."{got}', '{kind} 的名字里不能有 "."{got}'),
    "attribute-exists": ("attribute '{name}' already exists", "属性 '{name}' 已经存在"),
    "not-a-buffer": (
        "cannot assign '{type}' object to buffer '{name}' (torch Tensor or None required)",
        "不能把 '{type}' 对象作为缓冲 '{name}'（需要 Tensor 或 None）",
    ),
    "not-a-parameter": (
        "cannot assign '{type}' object to parameter '{name}' (torch.nn.Parameter or None required)",
        "不能把 '{type}' 对象作为参数 '{name}'（需要 torch.nn.Parameter 或 None）",
    ),
    "parameter-not-a-leaf": (
        "Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
        "To express '{name}' as a function of another Tensor, compute the value in the forward() method.",
        "不能把由计算得到的张量作为参数 '{name}'。模型的参数必须直接创建；"
        "如果 '{name}' 是另一个张量的函数，请在 forward() 里计算它。",
    ),
    "not-a-module-subclass": ("{type} is not a Module subclass", "{type} 不是 Module 的子类"),
    "parameter-overwritten": (
        "cannot assign '{type}' as parameter '{name}' (torch.nn.Parameter or None expected)",
        "不能把 '{type}' 赋给参数 '{name}'（需要 torch.nn.Parameter 或 None）",
    ),
    "module-overwritten": (
        "cannot assign '{type}' as child module '{name}' (torch.nn.Module or None expected)",
        "不能把 '{type}' 赋给子模块 '{name}'（需要 torch.nn.Module 或 None）",
    ),
    "buffer-overwritten": (
        "cannot assign '{type}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)",
        "不能把 '{type}' 赋给缓冲 '{name}'（需要 torch.nn.Buffer、torch.Tensor 或 None）",
    ),
    "register-buffer-without-persistent": (
        "Registering a non-persistent buffer on a Module subclass that implements register_buffer() "
        "without the persistent argument is not allowed.",
        "这个 Module 子类的 register_buffer() 没有 persistent 参数，不能登记不保存的缓冲。",
    ),
    # uninitialized tensors of lazy modules
    "uninitialized-used": (
        "Attempted to use an uninitialized parameter: the parameters of lazy modules have no shape yet. Call the module once on an input "
        "(a dry run) before you use them.",
        "使用了尚未初始化的参数:惰性模块的参数还没有形状。请先用一个输入调用一次该模块,再使用它们。",
    ),
    "uninitialized-shape": (
        "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` "
        "when trying to load an uninitialized parameter into an initialized one. "
        "Call `forward` to initialize the parameters before accessing their attributes.",
        "尚未初始化的参数或缓冲没有形状。把未初始化的参数用 `load_state_dict` 载入已初始化的模块时常出现此错误。"
        "请先调用一次 `forward`，使参数得到形状。",
    ),
    "uninitialized-share-memory": (
        "Can't share memory on an uninitialized parameter or buffer. "
        "Call `forward` to initialize the parameters before calling `module.share_memory()`.",
        "尚未初始化的参数或缓冲不能共享内存。请先调用一次 `forward`，再调用 `module.share_memory()`。",
    ),
    "lazy-initialize-missing": (
        "initialize_parameters is not implemented for {module}",
        "{module} 没有定义 initialize_parameters",
    ),
    "lazy-not-initialized": (
        "module {module} has not been fully initialized",
        "模块 {module} 没有完全初始化",
    ),
    # calling and hooks
    "forward-missing": (
        'Module [{module}] is missing the required "forward" function',
        '模块 [{module}] 缺少必需的 "forward" 函数',
    ),
    "forward-pre-hook-result": (
        "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {result}.",
        "forward pre-hook 必须返回 None 或元组 (new_args, new_kwargs)，得到的是 {result}。",
    ),
    "always-called-hook-failed": (
        "module forward hook with ``always_call=True`` raised an exception that was silenced "
        "as another error was raised in forward: {error}",
        "带 ``always_call=True`` 的 forward hook 出错，但 forward 已有另一个错误，因此只作警告：{error}",
    ),
    "backward-hook-output-type": (
        "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received {type}",
        "要调用 backward hook，模块的输出应当是张量或张量的元组，得到的是 {type}",
    ),
    "backward-pre-hook-count": (
        "Backward pre hook returned an invalid number of grad_output, got {got}, but expected {expected}",
        "backward pre hook 返回的 grad_output 个数不对：得到 {got} 个，应为 {expected} 个",
    ),
    "backward-hook-count": (
        "Backward hook returned an invalid number of grad_input, got {got}, but expected {expected}",
        "backward hook 返回的 grad_input 个数不对：得到 {got} 个，应为 {expected} 个",
    ),
    "backward-hook-without-inputs": (
        "Full backward hook is firing when gradients are computed with respect to module outputs "
        "since no inputs require gradients.",
        "没有输入需要梯度，因此 full backward hook 在得到输出的梯度时就被调用。",
    ),
    "backward-hook-must-return-none": (
        "Backward hook for Modules where no input requires gradient should always return None or None for all gradients.",
        "没有输入需要梯度的模块，其 backward hook 应当返回 None，或全部为 None 的元组。",
    ),
    # state dictionaries
    "state-dict-positional": (
        "Positional args are being deprecated, use kwargs instead: state_dict(destination=..., prefix=..., keep_vars=...).",
        "不再建议用位置参数，请写 state_dict(destination=..., prefix=..., keep_vars=...)。",
    ),
    "state-dict-post-hook-returned": (
        "state_dict post-hook must return None",
        "state_dict 的 post-hook 必须返回 None",
    ),
    "state-dict-hook-registered-twice": (
        "Cannot register the same function as the state dict post hook that was previously registered "
        "via register_state_dict_post_hook",
        "这个函数已经用 register_state_dict_post_hook 登记过，不能再登记",
    ),
    "load-state-dict-post-hook-returned": (
        "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, "
        "if incompatible_keys need to be modified, it should be done inplace.",
        "用 ``register_load_state_dict_post_hook`` 登记的 hook 不应返回值；要改 incompatible_keys，请就地修改。",
    ),
    "state-dict-not-a-mapping": (
        "Expected state_dict to be dict-like, got {type}.",
        "state_dict 应当是字典一类的对象，得到的是 {type}。",
    ),
    "state-dict-not-a-tensor": (
        'While copying the parameter named "{name}", expected torch.Tensor or Tensor-like object from checkpoint '
        "but received {type}",
        '复制参数 "{name}" 时，检查点里应当是张量，得到的是 {type}',
    ),
    "size-mismatch": (
        "size mismatch for {name}: copying a param with shape {given} from checkpoint, the shape in current model is {own}.",
        "{name} 的形状不符：检查点里是 {given}，当前模型里是 {own}。",
    ),
    "copying-failed": (
        'While copying the parameter named "{name}", whose dimensions in the model are {own} and '
        "whose dimensions in the checkpoint are {given}, an exception occurred : {error}.",
        '复制参数 "{name}" 时出错（模型里的形状是 {own}，检查点里是 {given}）：{error}。',
    ),
    "missing-keys": ("Missing key(s) in state_dict: {keys}. ", "state_dict 里缺少的键：{keys}。"),
    "unexpected-keys": ("Unexpected key(s) in state_dict: {keys}. ", "state_dict 里多余的键：{keys}。"),
    "state-dict-errors": (
        "Error(s) in loading state_dict for {module}:\n\t{errors}",
        "为 {module} 载入 state_dict 时出错：\n\t{errors}",
    ),
    "extra-state-not-overridden": (
        "Module.{method}() was called, but this class does not define it: define get_extra_state and set_extra_state both.",
        "调用了 Module.{method}()，但这个类没有定义它：get_extra_state 与 set_extra_state 要一起定义。",
    ),
    # conversions and modes
    "module-to-dtype": (
        "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}",
        "nn.Module.to 只接受浮点或复数的 dtype，得到的是 dtype={dtype}",
    ),
    "training-mode-not-boolean": (
        "training mode is expected to be boolean, got {got!r}: write model.train(True) or model.eval()",
        "训练模式应当是布尔值，得到的是 {got!r}：请写 model.train(True) 或 model.eval()",
    ),
    # layers
    "unknown-nonlinearity": (
        "Unsupported nonlinearity {got}; known are {known}",
        "不支持的非线性函数 {got}；可用的有 {known}",
    ),
    "truncation-far-from-mean": (
        "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
        "nn.init.trunc_normal_ 的 mean 离区间 [a, b] 超过两倍 std，得到的分布可能不对。",
    ),
    "named-dimensions-absent": (
        "{layer} wants the number of a dimension, got the name {dim!r}: named dimensions are not supported",
        "{layer} 需要维度的编号，得到的是名字 {dim!r}：不支持有名字的维度",
    ),
    "dropout-probability": (
        "dropout probability has to be between 0 and 1, but got {p}",
        "dropout 的概率必须在 0 与 1 之间，得到的是 {p}",
    ),
    "channels-not-divisible": (
        "{name} must be divisible by groups, but got {name}={channels} and groups={groups}",
        "{name} 必须能被 groups 整除，得到的是 {name}={channels}、groups={groups}",
    ),
    "padding-mode": (
        "padding_mode must be one of {known}, but got padding_mode='{got}'",
        "padding_mode 必须是 {known} 之一，得到的是 padding_mode='{got}'",
    ),
    "input-dimensions": (
        "expected {wanted} input (got {got}D input)",
        "输入应当是 {wanted}（得到的是 {got}D）",
    ),
    "instance-norm-features": (
        "expected input's size at dim={dim} to match num_features ({num_features}), but got: {got}.",
        "输入在 dim={dim} 的大小应当等于 num_features（{num_features}），得到的是 {got}。",
    ),
    "instance-norm-features-unused": (
        "input's size at dim={dim} does not match num_features. You can silence this warning by not passing in "
        "num_features, which is not used because affine=False",
        "输入在 dim={dim} 的大小与 num_features 不同；因为 affine=False，num_features 没有用到",
    ),
    "padding-index": (
        "Padding_idx must be within num_embeddings, but got padding_idx={got} with {rows} rows",
        "padding_idx 必须在 num_embeddings 之内，得到的是 padding_idx={got}，而表有 {rows} 行",
    ),
    "elementwise-mean-deprecated": (
        "reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.",
        "reduction='elementwise_mean' 已过时，请改写 reduction='mean'。",
    ),
    "size-average-deprecated": (
        "size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
        "size_average 与 reduce 已过时，请改写 reduction='{reduction}'。",
    ),
    "nll-loss-2d-deprecated": (
        "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement.",
        "`NLLLoss2d` 已过时，请直接改用 `NLLLoss`。",
    ),
    # containers
    "update-not-iterable": (
        "{owner}.update should be called with an iterable of key/value pairs, but got {type}",
        "{owner}.update 需要键值对的可迭代对象，得到的是 {type}",
    ),
    "update-element-not-iterable": (
        "{owner} update sequence element #{number} should be Iterable; is {type}",
        "{owner}.update 的第 {number} 个元素应当可迭代，它是 {type}",
    ),
    "update-element-length": (
        "{owner} update sequence element #{number} has length {length}; 2 is required",
        "{owner}.update 的第 {number} 个元素长度为 {length}，应为 2",
    ),
    "extend-not-iterable": (
        "{owner}.extend should be called with an iterable, but got {type}",
        "{owner}.extend 需要可迭代对象，得到的是 {type}",
    ),
    "parameter-dict-key": (
        "Index given to ParameterDict cannot be used as a key as it is not a string (type is '{type}').",
        "ParameterDict 的键必须是字符串（得到的类型是 '{type}'）。",
    ),
    # attention and recurrent layers
    "rnn-dropout-range": (
        "dropout should be a number in range [0, 1] representing the probability of an element being zeroed, got {got!r}",
        "dropout 应当是 [0, 1] 内的数，表示元素被置零的概率，得到的是 {got!r}",
    ),
    "rnn-dropout-unused": (
        "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
        "greater than 1, but got dropout={dropout} and num_layers={num_layers}",
        "dropout 加在除最后一层以外的各循环层之后，因此需要 num_layers 大于 1；"
        "得到的是 dropout={dropout}、num_layers={num_layers}",
    ),
    "rnn-input-dimensions": (
        "{layer}: Expected input to be {wanted}, got {got}D instead",
        "{layer}：输入应当是 {wanted}，得到的是 {got}D",
    ),
    "rnn-state-dimensions": (
        "For {kind} {wanted} input, hx should also be {wanted} but got {got} tensor",
        "对于 {kind} 的输入，hx 也应当是 {wanted}，得到的是（{got}）",
    ),
    "rnn-cell-state-dimensions": (
        "{layer}: Expected hidden to be 1D or 2D, got {got}D instead",
        "{layer}：隐藏状态应当是 1D 或 2D，得到的是 {got}D",
    ),
    "rnn-packed-dimensions": (
        "input must have 2 dimensions, got {got}: the rows of packed sequences are vectors",
        "打包序列的每一行应是向量，数据应有 2 维，得到 {got} 维",
    ),
    "lstm-rows-dtype": (
        "mat1 and mat2 must have the same dtype: the packed rows are {rows}, the weights {weight}",
        "打包的行的 dtype 是 {rows}，权重是 {weight}，应当相同",
    ),
    "rnn-dtype": (
        "RNN input dtype ({input}) does not match weight dtype ({weight}). "
        "Convert input: input.to({weight}), or convert model: model.to({input})",
        "RNN 输入的 dtype（{input}）与权重的 dtype（{weight}）不同。请写 input.to({weight}) 或 model.to({input})",
    ),
    "rnn-cell-input-size": (
        "input has inconsistent input_size: got {got} expected {expected}",
        "输入的特征数与 input_size 不符：得到 {got}，应为 {expected}",
    ),
    "rnn-cell-batch": (
        "Input batch size {input} doesn't match hidden{which} batch size {state}",
        "输入的批大小 {input} 与 hidden{which} 的批大小 {state} 不符",
    ),
    "rnn-cell-state-size": (
        "hidden{which} has inconsistent hidden_size: got {got}, expected {expected}",
        "hidden{which} 的大小与 hidden_size 不符：得到 {got}，应为 {expected}",
    ),
    "rnn-no-steps": ("Expected sequence length to be larger than 0 in RNN", "序列长度必须大于 0"),
    "rnn-input-size": (
        "input.size(-1) must be equal to input_size. Expected {expected}, got {got}",
        "input.size(-1) 必须等于 input_size：应为 {expected}，得到的是 {got}",
    ),
    "rnn-state-size": (
        "Expected {which} size {expected}, got {got}",
        "{which} 的大小应为 {expected}，得到的是 {got}",
    ),
    "packing-nothing": ("Cannot pack empty tensors.", "不能打包空张量"),
    "packing-lengths-count": (
        "Expected `len(lengths)` to be equal to batch_size, but got {got} (batch_size={batch})",
        "`len(lengths)` 应当等于 batch_size，得到的是 {got}（batch_size={batch}）",
    ),
    "packing-not-sorted": (
        "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True, got {lengths}. "
        "You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement.",
        "`enforce_sorted` 为 True 时 `lengths` 必须从大到小，得到的是 {lengths}。可以传 `enforce_sorted=False`。",
    ),
    "packing-length-zero": (
        "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0: {lengths}",
        "所有样本的长度必须大于 0，而 'lengths' 里有 <= 0 的元素：{lengths}",
    ),
    "padding-total-length": (
        "Expected total_length to be at least the length of the longest sequence in input, "
        "but got total_length={total} and max sequence length being {longest}",
        "total_length 应当不小于最长的序列，得到的是 total_length={total}，而最长的序列是 {longest}",
    ),
    "pad-sequence-not-iterable": (
        "pad_sequence: Expected iterable for input sequences, but got arg of type: {type}",
        "pad_sequence 需要可迭代的若干序列，得到的是 {type}",
    ),
    "padding-side": (
        "Expected padding_side to be one of left or right, but got {got}.",
        "padding_side 应当是 left 或 right，得到的是 {got}。",
    ),
    # clipping
    "gradient-norm-not-finite": (
        "The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be clipped. "
        "To disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`",
        "`parameters` 的梯度的 {norm_type} 阶总范数不是有限数，不能裁剪。"
        "若仍要用它缩放而不报错，请设 `error_if_nonfinite=False`",
    ),
    "clipping-nothing": (
        "`parameters` is an empty generator, no gradient clipping will occur.",
        "`parameters` 是已经用完的生成器，没有梯度可裁剪。",
    ),
    "clip-grad-norm-deprecated": (
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        "`torch.nn.utils.clip_grad_norm` 已过时，请改用 `torch.nn.utils.clip_grad_norm_`。",
    ),
    # parametrizations and stateless calls
    "right-inverse-kind": (
        "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {type}",
        "'right_inverse' 必须返回张量或张量的序列，得到的是 {type}",
    ),
    "right-inverse-missing": (
        "parametrization {parametrization} does not implement right_inverse.",
        "参数化 {parametrization} 没有定义 right_inverse。",
    ),
    "parametrization-dtype": (
        "Registering a parametrization may not change the dtype of the tensor, unless `unsafe` flag is enabled: "
        "it was {before} and becomes {after}",
        "参数化不能改变张量的 dtype（除非 unsafe=True）：原来是 {before}，变成了 {after}",
    ),
    "parametrization-shape": (
        "Registering a parametrization may not change the shape of the tensor, unless `unsafe` flag is enabled: "
        "it was {before} and becomes {after}",
        "参数化不能改变张量的形状（除非 unsafe=True）：原来是 {before}，变成了 {after}",
    ),
    "parametrized-not-pickled": (
        "Serialization of parametrized modules is only supported through state_dict(): "
        "write torch.save(model.state_dict(), path)",
        "参数化的模块只能通过 state_dict() 保存：请写 torch.save(model.state_dict(), path)",
    ),
    "leave-unparametrized": (
        "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized "
        "in terms of a sequence of tensors.",
        "由多个张量参数化的张量不能恢复原值（`leave_parametrized=False`）。",
    ),
    "weight-norm-deprecated": (
        "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
        "`torch.nn.utils.weight_norm` 已过时，请改用 `torch.nn.utils.parametrizations.weight_norm`。",
    ),
    "spectral-norm-of-lazy": (
        "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy forward before applying "
        "spectral normalization",
        "传给 `SpectralNorm` 的模块不能有尚未初始化的参数：请先用一个输入调用一次该模块",
    ),
    "spectral-norm-of-none": (
        "`SpectralNorm` cannot be applied as parameter `{name}` is None", "参数 `{name}` 为 None，不能做谱归一化",
    ),
    "weight-norm-of-lazy": (
        "The module passed to `WeightNorm` can't have uninitialized parameters. "
        "Make sure to run the dummy forward before applying weight normalization",
        "传给 `WeightNorm` 的模块不能有未初始化的参数，请先调用一次 forward。",
    ),
    "functional-call-keys": (
        "Error(s) in reparametrizing for {module}: unexpected keys {unexpected}, missing keys {missing}",
        "替换 {module} 的参数时出错：多余的键 {unexpected}，缺少的键 {missing}",
    ),
    "functional-call-tied": (
        "functional_call got multiple values for keys {names}, which are tied. Consider using tie_weights=False",
        "functional_call 对共享同一张量的键 {names} 得到了不同的值，可以用 tie_weights=False",
    ),
}
