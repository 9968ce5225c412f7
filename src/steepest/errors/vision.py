"""Texts of the pictures: data sets on disk, their downloads, transforms."""

ROWS = {
    "pillow-missing": (
        "pictures need the package Pillow: `python -m pip install pillow`",
        "处理图片需要软件包 Pillow：`python -m pip install pillow`",
    ),
    "vision-no-weights": (
        "{weights}: weights trained elsewhere are not fetched here. Make the network without them, and load a file that torchvision saved: "
        "model.load_state_dict(torch.load(path))",
        "{weights}：这里不下载别处训练好的权重。请先不带权重建立网络，再载入 torchvision 保存的文件："
        "model.load_state_dict(torch.load(path))",
    ),
    "vision-no-such-node": (
        "node: '{query}' is not present in model. Hint: use `get_graph_node_names` to make sure the `return_nodes` you specified are "
        "present. It may even be that you need to specify `train_return_nodes` and `eval_return_nodes` separately.",
        "网络里没有节点 '{query}'：`get_graph_node_names` 会列出所有节点；两种模式的节点不同时，请分别给出 `train_return_nodes` 和 "
        "`eval_return_nodes`",
    ),
    "vision-nodes-missing": (
        "Either `return_nodes` or `train_return_nodes` and `eval_return_nodes` together, should be specified",
        "请给出 `return_nodes`，或同时给出 `train_return_nodes` 和 `eval_return_nodes`",
    ),
    "vision-nodes-of-one-mode": (
        "If any of `train_return_nodes` and `eval_return_nodes` are specified, then both should be specified",
        "`train_return_nodes` 和 `eval_return_nodes` 应当同时给出",
    ),
    "vision-nodes-twice": (
        "If `train_return_nodes` and `eval_return_nodes` are specified, then `return_nodes` should not be",
        "给出 `train_return_nodes` 和 `eval_return_nodes` 时不能再给 `return_nodes`",
    ),
    "vision-graphs-eval-within": (
        "NOTE: The nodes obtained by tracing the model in eval mode are a subsequence of those obtained in train mode. When choosing nodes "
        "for feature extraction, you may need to specify output nodes for train and eval mode separately.",
        "eval 模式下的节点是 train 模式下节点的一部分：选取特征时可能要为两种模式分别指定节点",
    ),
    "vision-graphs-train-within": (
        "NOTE: The nodes obtained by tracing the model in train mode are a subsequence of those obtained in eval mode. When choosing nodes "
        "for feature extraction, you may need to specify output nodes for train and eval mode separately.",
        "train 模式下的节点是 eval 模式下节点的一部分：选取特征时可能要为两种模式分别指定节点",
    ),
    "vision-graphs-differ": (
        "The nodes obtained by tracing the model in train mode are different to those obtained in eval mode. When choosing nodes for feature "
        "extraction, you may need to specify output nodes for train and eval mode separately.",
        "两种模式下的节点不同：选取特征时可能要为两种模式分别指定节点",
    ),
    "vision-unknown-model": (
        "Unknown model {name}: here are {names}",
        "没有名为 {name} 的网络，这里有 {names}",
    ),
    "vision-no-such-model": (
        "torchvision.models.{name} has no counterpart here: write the network as an nn.Module, or take one of {names}",
        "这里没有 torchvision.models.{name}：请把网络写成 nn.Module，或使用 {names} 之一",
    ),
    "vision-several-pictures": (
        "transforms of torchvision.transforms.v2 change one picture a call here, and let numbers and labels pass: "
        "call them for each picture, or write torchvision.transforms.functional",
        "这里 torchvision.transforms.v2 的变换每次只处理一张图片，数和标签原样返回：请对每张图片分别调用，"
        "或使用 torchvision.transforms.functional",
    ),
    "vision-no-such-name": (
        "torchvision.{module} has here only {names}, and no {name}",
        "这里的 torchvision.{module} 只有 {names}，没有 {name}",
    ),
    "dataset-not-found": (
        "no {name} data below {root}. Put {files} into the folder {folder}, "
        "or {archive} into {root}, or write `{name}(..., download=True)`",
        "{root} 下没有 {name} 数据。请把 {files} 放进文件夹 {folder}，"
        "或把 {archive} 放进 {root}，或写 `{name}(..., download=True)`",
    ),
    "dataset-not-downloaded": (
        "{name} could not be downloaded ({reasons}). Fetch {file} elsewhere and put it into the folder {folder}; "
        "or set STEEPEST_DATA_MIRROR to an address or a folder that holds {name}/{file}",
        "无法下载 {name}（{reasons}）。请从别处获取 {file} 并放进文件夹 {folder}；"
        "或把 STEEPEST_DATA_MIRROR 设为含有 {name}/{file} 的网址或文件夹",
    ),
    "download-wrong-hash": (
        'invalid hash value (expected "{wanted}", got "{found}")', "文件的校验值不对：应以 {wanted} 开头，实为 {found}"),
    "download-wrong-sum": (
        "{address}: the file's md5 is {found} and should be {wanted}",
        "{address}：文件的 md5 为 {found}，应为 {wanted}",
    ),
    "download-failed": ("{address}: {reason}", "{address}：{reason}"),
    "downloading": ("Downloading {address}", "正在下载 {address}"),
    "data-file-damaged": (
        "{path} is damaged ({reason}): delete it and fetch it again",
        "{path} 已损坏（{reason}）：请删除后重新获取",
    ),
    "idx-not-idx": ("it begins with {seen}, and not as an IDX file", "文件开头是 {seen}，不是 IDX 文件"),
    "idx-wrong-size": (
        "its head promises {shape} = {wanted} bytes, {found} are there",
        "文件头声明 {shape} = {wanted} 字节，实际有 {found} 字节",
    ),
    "pairs-do-not-match": ("{images} pictures and {labels} labels", "{images} 张图片却有 {labels} 个标签"),
    "pickle-forbidden-name": (
        "it asks for {name}, which no file of this data set needs",
        "它要求使用 {name}，而该数据集的文件都不需要它",
    ),
    "extensions-or-function": (
        "say which files count either by extensions= or by is_valid_file=, one of the two",
        "请用 extensions= 或 is_valid_file= 之一说明哪些文件有效",
    ),
    "folder-without-classes": (
        "there is no class folder in {folder}: pictures are expected as {folder}/CLASS/PICTURE",
        "{folder} 中没有类别文件夹：图片应放在 {folder}/类别/图片",
    ),
    "class-without-files": (
        "no file was found for the classes {classes} in {folder}; files end in {extensions}",
        "{folder} 中类别 {classes} 没有找到文件；文件扩展名应为 {extensions}",
    ),
    "data-index-range": (
        "index {index} is out of range: {name} has {count} pictures",
        "索引 {index} 超出范围：{name} 有 {count} 张图片",
    ),
    "transforms-beside-transform": (
        "give either transforms= (for picture and target) or transform= and target_transform=, not both",
        "请只给 transforms=（同时处理图片和目标），或只给 transform= 和 target_transform=",
    ),
    "to-tensor-kind": (
        "to_tensor takes a PIL picture or an array, and was given {seen}",
        "to_tensor 需要 PIL 图片或数组，收到的是 {seen}",
    ),
    "picture-only": ("{name} takes a PIL picture, and was given {seen}", "{name} 需要 PIL 图片，收到的是 {seen}"),
    "tensor-or-array": (
        "{name} takes a tensor or an array, and was given {seen}",
        "{name} 需要张量或数组，收到的是 {seen}",
    ),
    "picture-or-tensor": (
        "{name} takes a PIL picture or a tensor (..., C, H, W), and was given {seen}",
        "{name} 需要 PIL 图片或张量 (..., C, H, W)，收到的是 {seen}",
    ),
    "tensor-only": (
        "{name} takes a tensor (..., C, H, W), and was given {seen}: put it after ToTensor() in Compose",
        "{name} 需要张量 (..., C, H, W)，收到的是 {seen}：请在 Compose 中把它放在 ToTensor() 之后",
    ),
    "picture-dimensions": (
        "a picture has 2 or 3 dimensions, this one has {dimensions} (shape {shape})",
        "图片应有 2 或 3 个维度，这里有 {dimensions} 个（形状 {shape}）",
    ),
    "picture-mode": (
        "no picture mode fits {channels} channels of {dtype}{given}",
        "没有图片模式适合 {channels} 个 {dtype} 通道{given}",
    ),
    "normalize-before-tensor": (
        "Normalize takes a tensor and was given {seen}: put ToTensor() before Normalize(...) in Compose",
        "Normalize 需要张量，收到的是 {seen}：请在 Compose 中把 ToTensor() 放在 Normalize(...) 之前",
    ),
    "normalize-integers": (
        "Normalize takes floating point and was given {dtype}: put ToTensor() or ConvertImageDtype(torch.float32) before it",
        "Normalize 需要浮点数，收到的是 {dtype}：请先用 ToTensor() 或 ConvertImageDtype(torch.float32)",
    ),
    "normalize-zero-std": (
        "std {std} holds a zero in {dtype}, which would divide by zero",
        "std {std} 在 {dtype} 下含有零，会除以零",
    ),
    "unsafe-image-cast": (
        "{given} cannot be cast to {wanted} safely: {given} does not hold all its integers",
        "{given} 不能安全地转换为 {wanted}：{given} 无法表示其全部整数",
    ),
    "image-size-argument": (
        "a size is one int or (height, width), not {seen}",
        "尺寸应为一个整数或 (高, 宽)，而不是 {seen}",
    ),
    "image-max-size": (
        "max_size {max_size} must be greater than the size {size} of the shorter edge, and goes with one size only",
        "max_size {max_size} 必须大于短边尺寸 {size}，且只能与单个尺寸一起使用",
    ),
    "crop-larger-than-picture": (
        "the crop {crop} is larger than the picture {picture} (height, width): add padding= or pad_if_needed=True",
        "裁剪尺寸 {crop} 大于图片 {picture}（高, 宽）：请加 padding= 或 pad_if_needed=True",
    ),
    "pad-argument": (
        "padding is an int, or 1, 2 (left/right, top/bottom) or 4 ints (left, top, right, bottom), not {seen}",
        "padding 应为整数，或 1、2（左右、上下）、4 个整数（左、上、右、下），而不是 {seen}",
    ),
    "image-pad-mode": ("padding_mode is one of {modes}, not {seen!r}", "padding_mode 应为 {modes} 之一，而不是 {seen!r}"),
    "interpolation-on-tensors": (
        "tensors are interpolated by {modes}, not by {seen}; convert with ToPILImage() first",
        "张量可用的插值为 {modes}，不支持 {seen}；请先用 ToPILImage() 转换",
    ),
    "jitter-range": (
        "{name} is a number >= 0 or a pair (low, high) within [{low}, {high}], not {seen}",
        "{name} 应为非负数，或在 [{low}, {high}] 内的一对 (低, 高)，而不是 {seen}",
    ),
    "adjust-range": (
        "{name} lies in [{low}, {high}], and is {seen}",
        "{name} 应在 [{low}, {high}] 内，这里是 {seen}",
    ),
    "probability-range": ("a probability lies in [0, 1], and p is {seen}", "概率应在 [0, 1] 内，这里 p 为 {seen}"),
    "gray-channels": (
        "grey pictures have 1 or 3 channels, not {seen}",
        "灰度图片应有 1 或 3 个通道，而不是 {seen}",
    ),
    "degrees-range": (
        "degrees is a number >= 0 or a pair (low, high), not {seen}",
        "degrees 应为非负数或一对 (低, 高)，而不是 {seen}",
    ),
    "erasing-value": (
        "value of RandomErasing is a number, a list of one or of {channels} numbers (one a channel), or 'random', not {seen!r}",
        "RandomErasing 的 value 应为一个数、含一个或 {channels} 个数的列表（每通道一个）或 'random'，而不是 {seen!r}",
    ),
    "erasing-scale": (
        "scale of RandomErasing is (low, high) within [0, 1], not {seen}",
        "RandomErasing 的 scale 应为 [0, 1] 内的 (低, 高)，而不是 {seen}",
    ),
    "lambda-not-callable": ("Lambda takes a function, not {seen}", "Lambda 需要一个函数，而不是 {seen}"),
    "grid-of-what": (
        "a grid is made of a tensor (N, C, H, W) or a list of equal tensors, not of {seen}",
        "网格由张量 (N, C, H, W) 或形状相同的张量列表组成，而不是 {seen}",
    ),
}
