"""Texts of optimizers and learning-rate schedulers."""

ROWS = {
    "optimizer-option": (
        "Invalid {name}: {value} (it must be {expected}).",
        "{name} 的值无效(Invalid {name}):{value}(应满足 {expected})。",
    ),
    "optimizer-option-should": (
        "{name} should be {expected} but is: {value}",
        "{name} 应满足 {expected},得到的是 {value}(should be {expected} but is)",
    ),
    "optimizer-lr-size": (
        "Tensor lr must be 1-element, but this one has shape {shape}: write lr=0.01 or lr=torch.tensor(0.01).",
        "张量形式的学习率只能有一个元素(Tensor lr must be 1-element),此处形状为 {shape}:请写 lr=0.01 或 "
        "lr=torch.tensor(0.01)。",
    ),
    "optimizer-beta-size": (
        "Tensor betas[{index}] must be 1-element, but it has shape {shape}.",
        "张量形式的 betas[{index}] 只能有一个元素(Tensor betas[{index}] must be 1-element),此处形状为 {shape}。",
    ),
    "optimizer-betas-types": (
        "betas must be either both floats or both Tensors, but they are {betas}: write betas=(0.9, 0.999).",
        "betas 必须同为浮点数或同为张量(betas must be either both floats or both Tensors),此处为 {betas}:请写 betas=(0.9,"
        " 0.999)。",
    ),
    "optimizer-foreach-tensor": (
        "{name} as a Tensor is not supported for capturable=False and foreach=True: leave out foreach=True.",
        "foreach=True 且 capturable=False 时 {name} 不能是张量({name} as a Tensor is not supported):请去掉 foreach=True。",
    ),
    "optimizer-nesterov": (
        "Nesterov momentum requires a momentum and zero dampening, but momentum is {momentum} and dampening is {dampening}: "
        "write momentum=0.9, nesterov=True.",
        "Nesterov 动量要求 momentum 大于 0 且 dampening 为 0(Nesterov momentum requires a momentum and zero dampening),"
        "此处 momentum={momentum},dampening={dampening}:请写 momentum=0.9, nesterov=True。",
    ),
    "optimizer-etas": (
        "Invalid eta values: {first}, {second} (0 < first < 1 < second, such as etas=(0.5, 1.2)).",
        "etas 的值无效(Invalid eta values):{first}, {second}(应满足 0 < 前者 < 1 < 后者,例如 etas=(0.5, 1.2))。",
    ),
    "optimizer-fused-differentiable": (
        "`fused` does not support `differentiable`: leave out fused=True.",
        "fused 与 differentiable 不能同时使用(`fused` does not support `differentiable`):请去掉 fused=True。",
    ),
    "optimizer-fused-complex": (
        "`fused=True` requires all the params to be floating point Tensors: complex ones need fused=False",
        "fused=True 要求所有参数都是浮点张量:复数参数请用 fused=False"),
    "optimizer-fused-foreach": (
        "`fused` and `foreach` cannot be `True` together: leave out one of them.",
        "fused 与 foreach 不能同时为 True(`fused` and `foreach` cannot be `True` together):请去掉其中一个。",
    ),
    "optimizer-params-tensor": (
        "params argument given to the optimizer should be an iterable of Tensors or dicts, but got a Tensor: "
        "write [w] in the place of w.",
        "优化器的 params 参数应是张量或字典的列表(params argument given to the optimizer should be an iterable of "
        "Tensors or dicts),"
        "此处是单个张量:请把 w 写成 [w]。",
    ),
    "optimizer-no-params": (
        "optimizer got an empty parameter list. A generator such as model.parameters() can be read only once; a module finds "
        "layers only in attributes, nn.ModuleList or nn.Sequential, not in plain lists.",
        "优化器收到空的参数列表(optimizer got an empty parameter list)。model.parameters() 这样的生成器只能读一次;"
        "模块只登记属性、nn.ModuleList 或 nn.Sequential 中的层,普通列表中的层找不到。",
    ),
    "optimizer-group-not-dict": (
        "param_group must be a dict, but got {type}: write {{'params': [...], 'lr': 0.01}}.",
        "参数组必须是字典(param_group must be a dict),此处为 {type}:请写 {{'params': [...], 'lr': 0.01}}。",
    ),
    "optimizer-params-set": (
        "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change "
        "between runs: use a list instead.",
        "优化器的参数须放在有序容器中(optimizer parameters need to be organized in ordered collections),"
        "集合的次序每次运行都会变:请改用列表。",
    ),
    "optimizer-some-named": (
        "all optimizer params should be with/without names. Some param names are missing: give model.named_parameters().",
        "参数须全部有名或全部无名(all optimizer params should be with/without names),此处有些缺名字:"
        "请传 model.named_parameters()。",
    ),
    "optimizer-some-groups-named": (
        "all optimizer param groups should be with/without names. cannot add param group {which} names to the optimizer",
        "参数组须全部有名或全部无名(all optimizer param groups should be with/without names;"
        "cannot add param group {which} names to the optimizer)",
    ),
    "optimizer-not-tensor": (
        "optimizer can only optimize Tensors, but one of the params is {name}: write model.parameters(), or a list of "
        "tensors with "
        "requires_grad=True.",
        "优化器只能优化张量(optimizer can only optimize Tensors),但有一个参数是 {name}:"
        "请传 model.parameters() 或 requires_grad=True 的张量列表。",
    ),
    "optimizer-non-leaf": (
        "can't optimize a non-leaf Tensor: this one of shape {shape} was computed by {node}, so nothing would change it. "
        "Write w = (...).detach().requires_grad_().",
        "不能优化非叶子张量(can't optimize a non-leaf Tensor):形状 {shape} 的张量由 {node} 算出。"
        "请写 w = (...).detach().requires_grad_()。",
    ),
    "optimizer-option-required": (
        "parameter group didn't specify a value of required optimization parameter {name}",
        "参数组没有给出必需的选项 {name}(parameter group didn't specify a value of required optimization parameter {name})",
    ),
    "optimizer-duplicate": (
        "optimizer contains a parameter group with duplicate parameters: each of them would be stepped more than once.",
        "参数组中有重复的参数(optimizer contains a parameter group with duplicate parameters):它们每步会被更新多次。",
    ),
    "optimizer-two-groups": (
        "some parameters appear in more than one parameter group: leave them out of one of the groups.",
        "有参数出现在多个参数组中(some parameters appear in more than one parameter group):请从其中一组去掉。",
    ),
    "optimizer-load-groups": (
        "loaded state dict has a different number of parameter groups: {saved}, and this optimizer has {own}.",
        "载入的状态的参数组数目不同(loaded state dict has a different number of parameter groups):其中有 {saved} 组,"
        "本优化器有 {own} 组。",
    ),
    "optimizer-load-group-size": (
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group: group {group} "
        "has {saved} "
        "parameters there and {own} here, so it was saved for another model.",
        "载入的状态与优化器的参数组大小不符(loaded state dict contains a parameter group that doesn't match the size of "
        "optimizer's "
        "group):第 {group} 组那里有 {saved} 个参数,这里有 {own} 个,它是为另一个模型保存的。",
    ),
    "optimizer-step-hook-result": (
        "{step} must return None or a tuple of (new_args, new_kwargs), but got {result}.",
        "{step} 的前置钩子应返回 None 或 (new_args, new_kwargs)(must return None or a tuple of (new_args, new_kwargs)),"
        "此处返回 {result}。",
    ),
    "optimizer-sparse": (
        "{optimizer} does not support sparse gradients, please consider SparseAdam instead, or nn.Embedding(..., "
        "sparse=False).",
        "{optimizer} 不支持稀疏梯度({optimizer} does not support sparse gradients),请改用 SparseAdam,"
        "或 nn.Embedding(..., sparse=False)。",
    ),
    "optimizer-sparse-decay": (
        "weight_decay option is not compatible with sparse gradients: leave out weight_decay.",
        "weight_decay 不能与稀疏梯度同用(weight_decay option is not compatible with sparse gradients):请去掉 weight_decay。",
    ),
    "optimizer-dense": (
        "SparseAdam does not support dense gradients, please consider Adam instead.",
        "SparseAdam 不支持稠密梯度(SparseAdam does not support dense gradients),请改用 Adam。",
    ),
    "optimizer-sparse-params": (
        "Sparse params at indices {places}: SparseAdam requires dense parameter tensors",
        "位置 {places} 的参数是稀疏的(Sparse params at indices {places}):SparseAdam 要求稠密的参数张量",
    ),
    "optimizer-complex-params": (
        "Complex params at indices {places}: SparseAdam does not support complex parameters",
        "位置 {places} 的参数是复数(Complex params at indices {places}):SparseAdam 不支持复数参数",
    ),
    "optimizer-complex": (
        "{optimizer} does not support complex parameters",
        "{optimizer} 不支持复数参数({optimizer} does not support complex parameters)",
    ),
    "lbfgs-groups": (
        "LBFGS doesn't support per-parameter options (parameter groups): give one list of parameters.",
        "LBFGS 不支持参数组(LBFGS doesn't support per-parameter options):请只传一个参数列表。",
    ),
    "lbfgs-line-search": (
        "only 'strong_wolfe' is supported, but line_search_fn is {name!r}",
        "只支持 'strong_wolfe'(only 'strong_wolfe' is supported),此处 line_search_fn 为 {name!r}",
    ),
    "lbfgs-closure": (
        "LBFGS.step() missing 1 required positional argument: 'closure', which clears the gradients, computes the loss, calls "
        "backward() and returns the loss: write optimizer.step(closure).",
        "LBFGS.step() 需要一个 closure,它清零梯度、计算损失、调用 backward() 并返回损失:请写 optimizer.step(closure)。",
    ),
    "muon-not-matrix": (
        "Muon only supports 2D parameters whereas we found a parameter with size: {shape}. Give the other parameters to AdamW.",
        "Muon 只支持二维参数(Muon only supports 2D parameters),此处有一个参数的形状为 {shape}。其余参数请交给 AdamW。",
    ),
    "scheduler-no-optimizer": (
        "{type} is not an Optimizer: write StepLR(optimizer, ...) with an optimizer from torch.optim.",
        "{type} 不是优化器({type} is not an Optimizer):请写 StepLR(optimizer, ...),其中 optimizer 来自 torch.optim。",
    ),
    "scheduler-groups": (
        "{name} must have the same length as optimizer.param_groups. {name} has {values} values, param_groups has {groups}.",
        "{name} 的长度须与 optimizer.param_groups 相同({name} must have the same length as optimizer.param_groups):"
        "{name} 有 {values} 个值,param_groups 有 {groups} 组。",
    ),
    "scheduler-resume": (
        "param 'initial_lr' is not specified in param_groups[{group}] when resuming scheduler with last_epoch >= 0. Load the "
        "optimizer's state first, or leave last_epoch=-1 for a fresh run.",
        "last_epoch >= 0 时 param_groups[{group}] 缺少 'initial_lr'(param 'initial_lr' is not specified)。"
        "请先载入优化器的状态;若是新的训练,保持 last_epoch=-1。",
    ),
    "scheduler-order": (
        "Detected call of `lr_scheduler.step()` before `optimizer.step()`: the first rate of the schedule is never used. Call "
        "`optimizer.step()` before `lr_scheduler.step()`.",
        "`lr_scheduler.step()` 先于 `optimizer.step()` 被调用(Detected call of `lr_scheduler.step()` before "
        "`optimizer.step()`),"
        "调度的第一个学习率不会被用到。请先调用 `optimizer.step()`。",
    ),
    "scheduler-step-replaced": (
        "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. Call "
        "`optimizer.step()` "
        "before `lr_scheduler.step()`.",
        "`optimizer.step()` 似乎在创建调度器之后被替换(Seems like `optimizer.step()` has been overridden)。"
        "请先调用 `optimizer.step()`,再调用 `lr_scheduler.step()`。",
    ),
    "scheduler-epoch": (
        "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible: write "
        "`scheduler.step()`. With an epoch the closed form is used, where there is one.",
        "`scheduler.step()` 的 epoch 参数并非必要(The epoch parameter in `scheduler.step()` was not necessary):"
        "请写 `scheduler.step()`。给出 epoch 时使用封闭公式。",
    ),
    "scheduler-get-lr": (
        "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
        "要取得调度器算出的最近一个学习率,请用 `get_last_lr()`(please use `get_last_lr()`)。",
    ),
    "scheduler-lambdas": (
        "Expected {groups} lr_lambdas, but got {given}: one function for each parameter group, or one for all.",
        "应有 {groups} 个 lr_lambdas,实得 {given} 个(Expected {groups} lr_lambdas, but got {given}):每个参数组一个函数,"
        "或全部共用一个。",
    ),
    "scheduler-lambda-type": (
        "lr_lambda should be a function, but got {type}: write lambda epoch: 0.95 ** epoch.",
        "lr_lambda 应是函数(lr_lambda should be a function),此处为 {type}:请写 lambda epoch: 0.95 ** epoch。",
    ),
    "scheduler-constant-factor": (
        "Constant multiplicative factor expected to be between 0 and 1, but it is {factor}.",
        "常数因子应在 0 与 1 之间(Constant multiplicative factor expected to be between 0 and 1),此处为 {factor}。",
    ),
    "scheduler-start-factor": (
        "Starting multiplicative factor expected to be greater than 0 and less or equal to 1, but it is {factor}.",
        "起始因子应大于 0 且不大于 1(Starting multiplicative factor expected to be greater than 0 and less or equal to 1),"
        "此处为 {factor}。",
    ),
    "scheduler-end-factor": (
        "Ending multiplicative factor expected to be between 0 and 1, but it is {factor}.",
        "结束因子应在 0 与 1 之间(Ending multiplicative factor expected to be between 0 and 1),此处为 {factor}。",
    ),
    "scheduler-no-parts": (
        "{name} expects at least one scheduler, but got no scheduler.",
        "{name} 至少需要一个调度器({name} expects at least one scheduler)。",
    ),
    "scheduler-part-type": (
        "{name} at index {index} should have `optimizer` as its attribute: give schedulers.",
        "{name} 的第 {index} 项应有属性 `optimizer`({name} at index {index} should have `optimizer` as its attribute):"
        "请传调度器。",
    ),
    "scheduler-part-plateau": (
        "{name} does not support `ReduceLROnPlateau` scheduler as it requires a metric when calling `step`, but got one "
        "at index "
        "{index} in the given schedulers sequence.",
        "{name} 不支持 `ReduceLROnPlateau`({name} does not support `ReduceLROnPlateau`),因为它的 step 需要指标;它在第 "
        "{index} 项。",
    ),
    "scheduler-part-optimizer": (
        "{name} expects all schedulers to belong to the same optimizer, but {part} at index {index} belongs to another one.",
        "{name} 的调度器须属于同一个优化器({name} expects all schedulers to belong to the same optimizer),"
        "第 {index} 项 {part} 属于另一个。",
    ),
    "scheduler-milestones": (
        "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, "
        "but got "
        "{schedulers} schedulers and {milestones} milestones.",
        "SequentialLR 的调度器应比 milestones 多一个(Sequential Schedulers expects number of schedulers provided to be "
        "one more than "
        "the number of milestone points),此处有 {schedulers} 个调度器、{milestones} 个 milestones。",
    ),
    "scheduler-plateau-factor": (
        "Factor should be < 1.0, but it is {factor}: the rate would not fall.",
        "因子应小于 1(Factor should be < 1.0),此处为 {factor},学习率不会下降。",
    ),
    "scheduler-min-lrs": (
        "expected {groups} min_lrs, got {given}",
        "应有 {groups} 个 min_lr,实得 {given} 个(expected {groups} min_lrs, got {given})",
    ),
    "scheduler-plateau-mode": (
        "mode {mode} is unknown! Write mode='min' for a loss, mode='max' for an accuracy.",
        "未知的 mode {mode}(mode {mode} is unknown!)。损失用 mode='min',准确率用 mode='max'。",
    ),
    "scheduler-threshold-mode": (
        "threshold mode {mode} is unknown! Write threshold_mode='rel' or 'abs'.",
        "未知的 threshold_mode {mode}(threshold mode {mode} is unknown!)。请写 threshold_mode='rel' 或 'abs'。",
    ),
    "scheduler-plateau-groups": (
        "The number of param groups in the `optimizer` ({groups}) differs from when `ReduceLROnPlateau` was initialized "
        "({given}), "
        "usually due to a new param group being added to the optimizer: set scheduler.min_lrs to a list of {groups} rates.",
        "优化器的参数组数({groups})与创建 `ReduceLROnPlateau` 时({given})不同(The number of param groups in the `optimizer` "
        "({groups}) differs),通常是因为后来添加了参数组:请把 scheduler.min_lrs 设为 {groups} 个学习率的列表。",
    ),
    "scheduler-no-momentum": (
        "optimizer must support momentum or beta1 with `cycle_momentum` option enabled, and {optimizer} has neither: write "
        "cycle_momentum=False.",
        "cycle_momentum 要求优化器有 momentum 或 beta1(optimizer must support momentum or beta1 with `cycle_momentum` "
        "option enabled),"
        "{optimizer} 两者皆无:请写 cycle_momentum=False。",
    ),
    "scheduler-cyclic-mode": (
        "mode is invalid and scale_fn is None: mode is {mode!r}, write 'triangular', 'triangular2' or 'exp_range'.",
        "mode 无效且没有 scale_fn(mode is invalid and scale_fn is None):mode 为 {mode!r},"
        "请写 'triangular'、'triangular2' 或 'exp_range'。",
    ),
    "scheduler-positive-integer": (
        "Expected positive integer {name}, but got {value}",
        "{name} 应是正整数(Expected positive integer {name}, but got {value})",
    ),
    "scheduler-t-mult": (
        "Expected integer T_mult >= 1, but got {value}",
        "T_mult 应是不小于 1 的整数(Expected integer T_mult >= 1, but got {value})",
    ),
    "scheduler-eta-min": (
        "Expected float or int eta_min, but got {value} of type {type}",
        "eta_min 应是数(Expected float or int eta_min, but got {value} of type {type})",
    ),
    "scheduler-negative-epoch": (
        "Expected non-negative epoch, but got {epoch}",
        "epoch 不能为负(Expected non-negative epoch, but got {epoch})",
    ),
    "scheduler-pct-start": (
        "Expected float between 0 and 1 pct_start, but got {value}",
        "pct_start 应是 0 与 1 之间的浮点数(Expected float between 0 and 1 pct_start, but got {value})",
    ),
    "scheduler-anneal": (
        "anneal_strategy must be one of 'cos' or 'linear', instead got {value}",
        "anneal_strategy 只能是 'cos' 或 'linear'(anneal_strategy must be one of 'cos' or 'linear', instead got {value})",
    ),
    "scheduler-total-steps": (
        "You must define either total_steps OR (epochs AND steps_per_epoch): write epochs=10, steps_per_epoch=len(loader).",
        "须给出 total_steps,或 epochs 与 steps_per_epoch(You must define either total_steps OR (epochs AND steps_per_epoch)):"
        "请写 epochs=10, steps_per_epoch=len(loader)。",
    ),
    "scheduler-too-many-steps": (
        "Tried to step {step} times. The specified number of total steps is {total}: it counts batches, not epochs.",
        "试图走 {step} 步,而总步数为 {total}(Tried to step {step} times. The specified number of total steps is {total}):"
        "它数的是批次,不是轮次。",
    ),
    "swa-decay": (
        "Invalid decay value {decay} provided. Please provide a value in [0,1] range.",
        "decay 的值 {decay} 无效(Invalid decay value {decay} provided),应在 [0,1] 内。",
    ),
    "swa-two-averages": (
        "Only one of avg_fn and multi_avg_fn should be provided",
        "avg_fn 与 multi_avg_fn 只能给出一个(Only one of avg_fn and multi_avg_fn should be provided)",
    ),
    "swa-epochs": (
        "anneal_epochs must be equal or greater than 0, got {value}",
        "anneal_epochs 应不小于 0(anneal_epochs must be equal or greater than 0, got {value})",
    ),
}
