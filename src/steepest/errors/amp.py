"""Texts of mixed precision and gradient scaling."""

ROWS = {
    "autocast-no-cuda": (
        "User provided device_type of 'cuda', but CUDA is not available. Disabling",
        "device_type 是 'cuda',但没有 CUDA 可用,已关闭自动混合精度"),
    "autocast-dtype": (
        "In CPU autocast, but the target dtype {dtype} is not supported. Disabling autocast.\n"
        "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
        "CPU 上的 autocast 只支持 torch.bfloat16 与 torch.float16,不支持 {dtype},已关闭自动混合精度"),
    "autocast-device": (
        "Expected `device_type` of type `str`, got: `{kind}`: write torch.autocast('cpu')",
        "`device_type` 应为字符串,得到 `{kind}`:请写 torch.autocast('cpu')"),
    "autocast-no-device": (
        "User specified an unsupported autocast device_type '{device}': write torch.autocast('cpu')",
        "autocast 不支持设备 '{device}':请写 torch.autocast('cpu')"),
    "scaler-no-cuda": (
        "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.",
        "GradScaler 已启用,但没有 CUDA 可用,已关闭"),
    "scaler-not-begun": (
        "Attempted {method} but _scale is None.  Call scaler.scale(loss).backward() first",
        "{method} 之前还没有放大过任何损失:请先调用 scaler.scale(loss).backward()"),
    "scaler-unscaled-twice": (
        "unscale_() has already been called on this optimizer since the last update().",
        "自上次 update() 以来,已对这个优化器调用过 unscale_():每一步只调用一次"),
    "scaler-unscaled-late": (
        "unscale_() is being called after step().",
        "unscale_() 在 step() 之后才调用:请先 unscale_(optimizer),再 step(optimizer)"),
    "scaler-stepped-twice": (
        "step() has already been called since the last update().",
        "自上次 update() 以来已调用过 step():每一步之后请调用 scaler.update()"),
    "scaler-nothing-checked": (
        "No inf checks were recorded prior to update: call scaler.step(optimizer) before scaler.update()",
        "update() 之前没有检查过任何梯度:请先调用 scaler.step(optimizer)"),
    "scaler-no-gradients": (
        "No inf checks were recorded for this optimizer: none of its parameters has a gradient; call scaler.scale(loss).backward() first",
        "这个优化器的参数都没有梯度:请先调用 scaler.scale(loss).backward()"),
}
