"""Texts of mixed precision and gradient scaling."""

ROWS = {
    "autocast-no-cuda": (
        "User provided device_type of 'cuda', but CUDA is not available. Disabling",
        "device_type 是 'cuda',但没有 CUDA 可用,已关闭自动混合精度"),
    "autocast-precision": (
        "autocast on device_type='{device}' would compute in lower precision, which this package does not do: write enabled=False (the "
        "results are then float32), or convert model and data, model.to(torch.bfloat16)",
        "在 device_type='{device}' 上 autocast 会用较低精度计算,本软件包不支持:请写 enabled=False(结果为 float32),"
        "或自行转换模型和数据:model.to(torch.bfloat16)"),
    "scaler-no-cuda": (
        "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.",
        "GradScaler 已启用,但没有 CUDA 可用,已关闭"),
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
