"""Texts of errors in saving, loading, copying and pickling."""

ROWS = {
    "summary-tensor": ("add_tensor cannot write {dtype}: write x.float()", "add_tensor 不能写入 {dtype}:请写 x.float()"),
    "summary-setting": (
        "value should be one of int, float, str, bool, or a tensor with one element: got {value!r} ({kind})",
        "超参数应为 int、float、str 或 bool,得到 {value!r}({kind})"),
    "summary-settings": ("hparam_dict and metric_dict should be dictionaries.", "hparam_dict 与 metric_dict 应为字典"),
    "summary-domain": (
        "hparam_domain_discrete[{name!r}] is {listed}, which {value!r} is not in", "hparam_domain_discrete[{name!r}] 是 {listed},其中没有 {value!r}"),
    "summary-sound": ("a sound has the shape (L) or (1, L), got {shape}", "声音的形状应为 (L) 或 (1, L),得到 {shape}"),
    "summary-film": ("a film has the shape (N, T, C, H, W), got {shape}", "视频的形状应为 (N, T, C, H, W),得到 {shape}"),
    "summary-margin": ("a chart with margins takes value, lower and upper, got {count} tags", "带区间的图需要三个名字(值、下限、上限),得到 {count} 个"),
    "summary-points": ("points for the projector are a matrix (N, D), got shape {shape}", "嵌入应为矩阵 (N, D),得到形状 {shape}"),
    "summary-labels": ("{labels} labels or pictures for {points} points", "{points} 个点却有 {labels} 个标签或图片"),
    "summary-buckets": ("{limits} limits for {counts} counts: every bucket has one limit", "直方图有 {limits} 个界限、{counts} 个计数,两者应相等"),
    "summary-scalar": ("scalar should be 0D: got a tensor of shape {shape}: write x.mean() or x[0]", "add_scalar 需要一个数,得到形状 {shape}:请写 x.mean() 或 x[0]"),
    "summary-histogram": ("The input has no element: a histogram needs at least one value", "直方图至少要有一个值"),
    "summary-image": ("size of input tensor and input format are different. tensor shape: {shape}, input_format: {formats}",
                      "图像的形状 {shape} 与 dataformats {formats} 不符"),
    "storage-too-small": (
        "A tensor of shape {shape}, strides {strides} and dtype {dtype} at offset {offset} does not fit its storage of "
        "{bytes} bytes: the data it was made from are damaged.",
        "形状 {shape}、步长 {strides}、类型 {dtype}、偏移 {offset} 的张量超出了它 {bytes} 字节的存储：数据已损坏。",
    ),
    "deepcopy-non-leaf": (
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment: this "
        "tensor was computed (grad_fn=<{grad_fn}>) and its graph cannot be copied. Copy its values with "
        "x.detach().clone(); inside a module, keep computed tensors out of attributes.",
        "只有用户直接创建的张量（计算图的叶子）支持 deepcopy：这个张量是计算得到的（grad_fn=<{grad_fn}>），它的计算图无法复制。"
        "用 x.detach().clone() 复制数值；不要把计算结果存成模块的属性。",
    ),
    "save-not-a-file": (
        "expected 'f' to be string, path, or a file-like object with a 'write' attribute, got {type}: write save(obj, "
        "\"model.pt\").",
        "f 应为字符串、路径或带 write 方法的文件对象，得到的是 {type}：请写 save(obj, \"model.pt\")。",
    ),
    "save-no-folder": (
        "Parent directory {folder} does not exist: make it first with os.makedirs({folder!r}, exist_ok=True).",
        "目录 {folder} 不存在：请先用 os.makedirs({folder!r}, exist_ok=True) 创建。",
    ),
    "save-legacy": (
        "save(..., _use_new_zipfile_serialization=False): files are written in the zip format only (PyTorch 1.6 and "
        "newer read it); leave this argument out.",
        "save(..., _use_new_zipfile_serialization=False)：只写 zip 格式（PyTorch 1.6 "
        "起都能读取）；请去掉这个参数。",
    ),
    "pickle-module": (
        "pickle_module={module!r}: only the standard module pickle is used for reading and writing; leave this "
        "argument out.",
        "pickle_module={module!r}：读写只使用标准的 pickle 模块；请去掉这个参数。",
    ),
    "pickle-module-weights-only": (
        "Can not safely load weights when explicit pickle_module is specified: leave pickle_module out, or pass "
        "weights_only=False for a file that you trust.",
        "指定了 pickle_module 就无法安全地只读权重：请去掉 pickle_module，或对可信的文件写 weights_only=False。",
    ),
    "save-two-dtypes": (
        "Cannot save multiple tensors or storages that view the same data as different types: here {first} and "
        "{second}. Save a copy of one of them, x.clone().",
        "不能保存以不同类型共享同一内存的多个张量：这里有 {first} 和 {second}。请保存其中一个的副本 x.clone()。",
    ),
    "load-not-a-file": (
        "{error}. You can only torch.load from a file that is seekable. Please pre-load the data into a buffer like "
        "io.BytesIO and try to load from it instead, or give the path: load(\"model.pt\").",
        "{error}。load 只能读取可以 seek 的文件：请先把数据读入 io.BytesIO，或直接给出路径：load(\"model.pt\")。",
    ),
    "load-foreign": (
        "{file} is not a file that save() or PyTorch's torch.save wrote: it is {seen}.",
        "{file} 不是 save() 或 PyTorch 的 torch.save 写出的文件：它是{seen}。",
    ),
    "load-damaged": (
        "{file} is damaged: {reason}. It may have been cut off while it was written or copied; copy it again from its "
        "source or save it again.",
        "{file} 已损坏：{reason}。可能在写入或复制时中断；请重新复制或重新保存。",
    ),
    "seen-empty": ("empty", "空文件"),
    "seen-hdf5": ("an HDF5 file (h5py or Keras)", "HDF5 文件（h5py 或 Keras）"),
    "seen-image": ("an image", "图片"),
    "seen-gzip": ("compressed with gzip; unpack it first", "gzip 压缩文件，请先解压"),
    "seen-npy": ("a NumPy array; read it with numpy.load", "NumPy 数组，请用 numpy.load 读取"),
    "seen-npz": (
        "a NumPy .npz archive; read it with numpy.load",
        "NumPy 的 .npz 文件，请用 numpy.load 读取",
    ),
    "seen-pdf": ("a PDF document", "PDF 文档"),
    "seen-pickle": (
        "a bare pickle; read it with pickle.load if you trust it",
        "普通的 pickle 文件；可信时用 pickle.load 读取",
    ),
    "seen-torchscript": (
        "a TorchScript archive (torch.jit.save), which holds code",
        "TorchScript 文件（torch.jit.save），其中含有代码",
    ),
    "seen-archive": (
        "a zip archive without data.pkl; it holds {members}",
        "不含 data.pkl 的 zip 文件，其中有 {members}",
    ),
    "seen-text": ("text that begins with {start!r}", "以 {start!r} 开头的文本"),
    "seen-bytes": ("something that begins with the bytes {start}", "以字节 {start} 开头的其他文件"),
    "damaged-no-directory": (
        "the end of the archive with its list of records is missing",
        "缺少文件末尾的记录目录",
    ),
    "damaged-record-missing": ("record {record} is missing", "缺少记录 {record}"),
    "damaged-record-cut": (
        "record {record} should hold {expected} bytes and holds {found}",
        "记录 {record} 应有 {expected} 字节，实际有 {found} 字节",
    ),
    "damaged-checksum": ("the checksum of record {record} is wrong", "记录 {record} 的校验和不符"),
    "damaged-header": (
        "the header of record {record} is not where the list of records says",
        "记录 {record} 的头部不在目录所说的位置",
    ),
    "damaged-pickle": ("its structure cannot be read ({error})", "其结构无法读取（{error}）"),
    "damaged-cut": ("it ends in the middle of its structure", "在结构中间就结束了"),
    "damaged-byteorder": ("its byte order is {seen!r}", "其字节序为 {seen!r}"),
    "load-device": (
        "Attempting to deserialize object on {device} but only the CPU is available (torch.cuda.is_available() is "
        "False): {file} was saved on that device. Write load({file!r}, map_location=\"cpu\").",
        "文件 {file} 保存时数据在设备 {device} 上，而这里只有 CPU（torch.cuda.is_available() 为 False）：请写 "
        "load({file!r}, map_location=\"cpu\")。",
    ),
    "load-map-location": (
        "map_location={location!r}: tensors can be put on \"cpu\" only.",
        "map_location={location!r}：张量只能放在 \"cpu\" 上。",
    ),
    "load-dtype": (
        "{file} holds a tensor of dtype {dtype}, which does not exist here. Convert it before saving, e.g. "
        "x.to(torch.int64).",
        "{file} 中有类型为 {dtype} 的张量，这里没有这种类型。请在保存前转换，如 x.to(torch.int64)。",
    ),
    "unsafe-global": (
        "Weights only load failed. Unsupported global: GLOBAL {name} was not an allowed global by default. The file "
        "asks for {name}, and weights_only=True makes nothing but tensors and plain containers, so that no code of the "
        "file runs. If you trust the source of the file, either allow this name with "
        "torch.serialization.add_safe_globals([{name}]) or the torch.serialization.safe_globals([{name}]) context "
        "manager, or load everything with load(f, weights_only=False). Better: save model.state_dict() instead of the "
        "model.",
        "Weights only load failed（只读权重的加载失败）。Unsupported global: GLOBAL {name} was not "
        "an allowed global by default. 文件要求使用 {name}，而 weights_only=True "
        "只创建张量和普通容器，不运行文件中的任何代码。如果信任文件来源，可以用 "
        "torch.serialization.add_safe_globals([{name}]) 或 "
        "torch.serialization.safe_globals([{name}]) 允许这个名字，或用 load(f, "
        "weights_only=False) 完整加载。更好的做法：保存 model.state_dict() 而不是整个模型。",
    ),
    "blocked-global": (
        "Weights only load failed. Trying to load unsupported GLOBAL {name} whose module {module} is blocked: such a "
        "file can run commands on this computer, do not load it.",
        "Weights only load failed（只读权重的加载失败）。文件要求使用被禁止的模块 {module} 中的 "
        "{name}：这样的文件可以在电脑上执行命令，请不要加载。",
    ),
    "unsafe-call": (
        "Weights only load failed. The file asks for an action that weights_only=True does not allow ({action}). If "
        "you trust its source, load(f, weights_only=False).",
        "Weights only load failed（只读权重的加载失败）。文件要求进行 weights_only=True "
        "不允许的操作（{action}）。如果信任文件来源，可以写 load(f, weights_only=False)。",
    ),
    "unknown-torch-name": (
        "The file asks for {name}, a part of PyTorch that does not exist here. Load it with PyTorch and save "
        "model.state_dict() instead.",
        "文件要求使用 PyTorch 的 {name}，这里没有这个部分。请用 PyTorch 加载它，改为保存 model.state_dict()。",
    ),
    "safe-global-shape": (
        "add_safe_globals takes classes, functions, or pairs (class, \"module.name\"), got {seen!r}.",
        "add_safe_globals 接受类、函数或 (类, \"模块.名字\") 二元组，得到的是 {seen!r}。",
    ),
}
