"""Texts of tables: what cannot be read or trained, what is said about the data, and the words of screens."""

ROWS = {
    # A file that is no table
    "table-missing-file": ("there is no file {path}", "没有文件 {path}"),
    "table-is-folder": ("{path} is a folder, not a CSV file", "{path} 是文件夹，不是 CSV 文件"),
    "table-unreadable": ("{path} cannot be read: {reason}", "无法读取 {path}：{reason}"),
    "table-broken-gzip": ("{source} is a damaged or incomplete gzip file", "{source} 是损坏或不完整的 gzip 文件"),
    "table-other-format": (
        "{source} is a {kind} file: tables are read from CSV, TSV, Excel (.xlsx), Parquet and gzip of text",
        "{source} 是 {kind} 文件：可以读取 CSV、TSV、Excel（.xlsx）、Parquet 以及 gzip 压缩的文本",
    ),
    "table-broken-format": (
        "{source} begins like a file of {kind}, but cannot be read as one: it is damaged, protected or something else",
        "{source} 的开头像 {kind} 文件，但无法读取：它已损坏、受保护，或者是别的文件",
    ),
    "table-binary": ("{source} is a binary file, not a table of text", "{source} 是二进制文件，不是文本表格"),
    "table-not-decoded": (
        "line {line} of {source} is not {encoding}: --encoding names the right one (utf-8, gb18030, utf-16, cp1252 ...)",
        "{source} 第 {line} 行不是 {encoding} 编码：请用 --encoding 指明（utf-8、gb18030、utf-16、cp1252 等）",
    ),
    "table-no-encoding": (
        "there is no encoding {encoding!r}, did you mean {near!r}?",
        "没有编码 {encoding!r}，是不是 {near!r}？",
    ),
    "table-no-separator": (
        "--separator takes one character, or tab or space, not {separator!r}",
        "--separator 应为一个字符，或 tab、space，而不是 {separator!r}",
    ),
    "table-no-sheet": (
        "{source} has no sheet {sheet!r}: its sheets are {sheets}",
        "{source} 没有工作表 {sheet!r}：它的工作表有：{sheets}",
    ),
    "table-nested": (
        "column {column!r} of {source} holds {kind}: only plain cells (numbers, words, days) can be read",
        "{source} 的列 {column!r} 的类型是 {kind}：只能读取普通的单元格（数字、文字、日期）",
    ),
    "table-no-frame": (
        "a table is a path, or a data frame of polars or pandas, not {kind}",
        "表格应为文件路径，或 polars、pandas 的数据框，而不是 {kind}",
    ),
    "table-empty": ("{source} is empty", "{source} 是空文件"),
    "table-header-only": ("{source} has a header but no row of data", "{source} 只有表头，没有数据行"),
    "table-ragged": (
        "line {line} of {source} has {cells} cells, but the first line has {width}: is a cell with a separator in it not quoted?",
        "{source} 第 {line} 行有 {cells} 个单元格，而第一行有 {width} 个：是否有含分隔符的单元格没有加引号？",
    ),
    "table-quotes": (
        "the quotes of the row that begins in line {line} of {source} do not match",
        "{source} 从第 {line} 行开始的那一行引号不配对",
    ),
    # A column that is not there or cannot be used
    "table-no-column-near": (
        "{source} has no column {wanted!r}: did you mean {near!r}? Its columns are {columns}",
        "{source} 没有列 {wanted!r}：是不是 {near!r}？它的列有：{columns}",
    ),
    "table-no-column": (
        "{source} has no column {wanted!r}: its columns are {columns}",
        "{source} 没有列 {wanted!r}：它的列有：{columns}",
    ),
    "table-no-position": (
        "{source} has no column {wanted}: its {columns} columns are counted 1 to {columns}, from the end -1 to -{columns}",
        "{source} 没有第 {wanted} 列：它有 {columns} 列，从前往后数是 1 到 {columns}，从后往前数是 -1 到 -{columns}",
    ),
    "table-which-target": (
        "say which column to predict: --target COLUMN, one of {columns}",
        "请指明要预测哪一列：--target 列名，可选：{columns}",
    ),
    "table-too-few-rows": (
        "{source} has {rows} row(s) with a value of {target!r}: at least {fewest} are needed to train, validate and test",
        "{source} 只有 {rows} 行有 {target!r} 的值：训练、验证和测试至少需要 {fewest} 行",
    ),
    "table-too-few-a-class": (
        "the {rows} rows of {source} cannot be parted for training, validation and test: most classes of {target!r} "
        "have one row or two",
        "{source} 的 {rows} 行无法分成训练、验证和测试三部分：{target!r} 的多数类别只有一两行",
    ),
    "table-constant-target": (
        "the target {target!r} is {value!r} in all {rows} rows: there is nothing to predict",
        "目标列 {target!r} 在全部 {rows} 行都是 {value!r}：没有可以预测的东西",
    ),
    "table-target-not-numbers": (
        "--task regression needs numbers, but the target {target!r} is {value!r} in row {row}",
        "--task regression 需要数字，但目标列 {target!r} 在第 {row} 行是 {value!r}",
    ),
    "table-target-not-classes": (
        "the target {target!r} has {distinct} different values in {rows} rows, too many for classes: choose another column, "
        "or --task regression if they are numbers",
        "目标列 {target!r} 在 {rows} 行里有 {distinct} 个不同的值，作为类别太多：请选择其他列；如果是数字，请用 --task "
        "regression",
    ),
    "table-target-not-binary": (
        "--task binary needs two different values, but the target {target!r} has {distinct}: {shown}",
        "--task binary 需要恰好两个不同的值，但目标列 {target!r} 有 {distinct} 个：{shown}",
    ),
    "table-only-target": (
        "{source} has only the column {target!r}: there is none to predict it from",
        "{source} 只有 {target!r} 这一列，没有可以用来预测它的列",
    ),
    "table-target-identifier": (
        "the target {target!r} looks like an identifier (whole numbers, all different, that name or count the rows): is it the column to "
        "predict?",
        "目标列 {target!r} 像是标识符（互不相同的整数，用来命名或编号各行）：确定要预测它吗？",
    ),
    "table-no-features": (
        "{source} has no column to predict {target!r} from: all others are constant, identifiers or text",
        "{source} 没有可以用来预测 {target!r} 的列：其他列都是常量、标识符或文本",
    ),
    "table-infinite": (
        "column {column!r} holds {value!r} in row {row}: infinities and numbers beyond 1e100 cannot be learnt "
        "from, leave the cell empty if the value is not known",
        "列 {column!r} 第 {row} 行是 {value!r}：无穷大和超过 1e100 的数无法用于学习，如果值未知请把单元格留空",
    ),
    "table-needed-column": (
        "{source} lacks the column {column!r}, which the model needs",
        "{source} 缺少模型需要的列 {column!r}",
    ),
    "table-needed-columns": (
        "{source} lacks {count} columns that the model needs: {columns}",
        "{source} 缺少模型需要的 {count} 列：{columns}",
    ),
    "table-no-header": (
        "{source} has no header, and the model finds its columns by name: put this first line into it: {columns} (or "
        "--header if it is there)",
        "{source} 没有表头，而模型按列名查找：请加上第一行：{columns}（如果已经有表头，请用 --header）",
    ),
    "table-other-width": (
        "{source} has {seen} columns, the table the model was trained on had {known} (the target included)",
        "{source} 有 {seen} 列，而训练模型的表有 {known} 列（包括目标列）",
    ),
    "table-not-numbers": (
        "column {column!r} of {source} held numbers when the model was trained, but here none of its cells is one, for "
        "example {value!r}",
        "训练模型时列 {column!r} 是数字，但在 {source} 中没有一个单元格是数字，例如 {value!r}",
    ),
    "table-not-dates": (
        "column {column!r} of {source} held days when the model was trained, but here none of its cells is one written that way, "
        "for example {value!r}",
        "训练模型时列 {column!r} 是日期，但在 {source} 中没有一个单元格是同样写法的日期，例如 {value!r}",
    ),
    "table-kind-not-numbers": (
        "column {column!r} cannot be read as numbers: no cell is one, for example {value!r}",
        "列 {column!r} 无法作为数字读取：没有一个单元格是数字，例如 {value!r}",
    ),
    "table-kind-not-dates": (
        "column {column!r} cannot be read as dates: too few cells are, for example {value!r} is none",
        "列 {column!r} 无法作为日期读取：是日期的单元格太少，例如 {value!r}",
    ),
    "table-cannot-write": (
        "cannot write {path}: {reason} (is it open in another program?)",
        "无法写入 {path}：{reason}（是否在其他程序中打开？）",
    ),
    # A model file that is none
    "model-missing": (
        "there is no model {path}: `python -m steepest train` writes one",
        "没有模型文件 {path}：`python -m steepest train` 会写出一个",
    ),
    "model-other": ("{path} is no model file of steepest", "{path} 不是 steepest 的模型文件"),
    "model-damaged": (
        "the model file {path} is damaged: copy it again or train again",
        "模型文件 {path} 已损坏：请重新复制或重新训练",
    ),
    "model-newer": (
        "the model file {path} was written by steepest {version}, which is newer than this one: `pip install --upgrade steepest`",
        "模型文件 {path} 由更新的 steepest {version} 写出：请运行 `pip install --upgrade steepest`",
    ),
    "model-older": (
        "the model file {path} was written by steepest {version}, whose models this one does not read: train again",
        "模型文件 {path} 由较旧的 steepest {version} 写出，当前版本无法读取：请重新训练",
    ),
    # Options
    "train-folds": ("{folds} folds cannot be: --folds takes 0 (by the number of rows) or a whole number up to 1000",
                    "无法分成 {folds} 折：--folds 应为 0（按行数决定）或不超过 1000 的整数"),
    "train-class-weight": ("--class-weight takes none or balanced, not {word!r}", "--class-weight 应为 none 或 balanced，而不是 {word!r}"),
    "train-metric": ("there is no metric {metric!r} for this task: --metric takes {shown}", "这个任务没有指标 {metric!r}：--metric 可以是 {shown}"),
    "train-group": (
        "--group {column} cannot be: the column has fewer than three different values",
        "--group {column} 不可行：该列不同的值少于三个",
    ),
    "train-time": (
        "--time {column} cannot be: the column holds neither days nor numbers that order the rows",
        "--time {column} 不可行：该列既不是日期，也不是能给行排序的数字",
    ),
    "train-kind": (
        "there is no kind {kind!r}, did you mean {near!r}? --kind takes COLUMN=KIND with one of {shown}",
        "没有类型 {kind!r}，是不是 {near!r}？--kind 的形式是 列名=类型，类型可以是 {shown}",
    ),
    "train-kind-form": (
        "--kind takes COLUMN=KIND, for example --kind zip=category, not {word!r}",
        "--kind 的形式是 列名=类型，例如 --kind zip=category，而不是 {word!r}",
    ),
    "train-decimal": (
        "--decimal takes auto, point or comma, not {decimal!r}",
        "--decimal 应为 auto、point 或 comma，而不是 {decimal!r}",
    ),
    "train-task": ("there is no task {task!r}: --task takes {shown}", "没有任务 {task!r}：--task 可以是 {shown}"),
    "train-model": (
        "there is no model {model!r}: --model takes auto, linear, or hidden widths from 1 to 16384 such as 64-64 (did "
        "you mean {near!r}?)",
        "没有模型 {model!r}：--model 可以是 auto、linear，或隐藏层宽度（1 到 16384），例如 64-64（是不是 {near!r}？）",
    ),
    "train-optimizer": (
        "there is no optimizer {optimizer!r}, did you mean {near!r}? There are {shown}",
        "没有优化器 {optimizer!r}，是不是 {near!r}？可选：{shown}",
    ),
    "train-lr": (
        "a learning rate of {lr} cannot work: it lies above 0 and is at most 100 (usual for this optimizer: {usual}; "
        "--lr auto takes that)",
        "学习率 {lr} 不可行：它必须大于 0 且不超过 100（这个优化器通常用 {usual}；--lr auto 会试几个）",
    ),
    "train-lr-word": ("--lr takes a number or auto, not {lr!r}", "--lr 应为数字或 auto，而不是 {lr!r}"),
    "train-epochs": (
        "{epochs} epochs cannot be trained: --epochs takes a whole number from 1 to 10,000,000",
        "无法训练 {epochs} 轮：--epochs 应为 1 到 10,000,000 的整数",
    ),
    "train-seed": ("a seed of {seed} does not fit 64 bits", "种子 {seed} 超出 64 位"),
    # What is said about the data
    "table-column-renamed": (
        "column {position}, named {cell!r} in the header, is called {name!r} here",
        "第 {position} 列在表头中名为 {cell!r}，这里称为 {name!r}",
    ),
    "table-rows-without-target": (
        "{count} row(s) without a value of the target {target!r} left out",
        "{count} 行没有目标列 {target!r} 的值，已略去",
    ),
    "table-unreadable-cells": (
        "column {column!r}: {count} cell(s) that are no numbers taken as missing, in rows {examples}",
        "列 {column!r}：{count} 个单元格不是数字，按缺失处理，行号：{examples}",
    ),
    "table-strange-targets": (
        "{count} row(s) left out whose target {column!r} is no number, in rows {examples}",
        "{count} 行的目标列 {column!r} 不是数字，已略去，行号：{examples}",
    ),
    "table-encoding": (
        "{source} was read as {encoding}; --encoding says it if that is wrong",
        "{source} 按 {encoding} 编码读取；如果不对，请用 --encoding 指明",
    ),
    "table-sheet": (
        "of {source} the sheet {sheet!r} was read (--sheet takes another of {sheets})",
        "读取了 {source} 的工作表 {sheet!r}（--sheet 可以选择其他：{sheets}）",
    ),
    "table-cells-read": (
        "column {column!r}: {count} cell(s) read as numbers, first in rows {rows}: {examples}",
        "列 {column!r}：{count} 个单元格读作数字，前几行号：{rows}，例如 {examples}",
    ),
    "table-days-read": (
        "column {column!r}: {count} cell(s) read as days, {first} to {last}{example}",
        "列 {column!r}：{count} 个单元格读作日期，{first} 至 {last}{example}",
    ),
    "table-days-example": ("; {example} is {day}", "；{example} 即 {day}"),
    "table-missing-cells": (
        "missing cells: {columns} (a number gets the mean and a sign that it was missing, a category a value of its own)",
        "缺失的单元格：{columns}（数字取平均值并标记为缺失，类别另立一个值）",
    ),
    "table-aside-identifier": (
        "set aside as identifiers (a name or a count of the rows): {columns}",
        "作为标识符（行的名称或编号）不使用：{columns}",
    ),
    "table-aside-text": (
        "set aside as free text (most cells different): {columns}",
        "作为自由文本（大多数单元格互不相同）不使用：{columns}",
    ),
    "table-pooled": (
        "categories of many values, of which the {most} most frequent are kept and the others pooled: {columns}",
        "取值很多的类别，只保留最常见的 {most} 个，其余合并：{columns}",
    ),
    "table-aside-ignored": ("left out as asked: {columns}", "按要求不使用：{columns}"),
    "table-aside-duplicate": ("set aside because equal to another column: {columns}", "因为与另一列相同而不使用：{columns}"),
    "table-aside-constant": ("set aside because constant or empty: {columns}", "因为是常量或全空而不使用：{columns}"),
    "table-equal-rows": (
        "{count} row(s) repeat another; equal rows were kept on one side of the split",
        "{count} 行与其他行重复；划分时相同的行放在同一侧",
    ),
    "table-equal-rows-many": (
        "{count} row(s) repeat another, which is most of the table: equal rows stand on both sides of the split, so "
        "the test is easier than it looks",
        "{count} 行与其他行重复，占了表的大部分：划分的两侧都有相同的行，所以测试比看上去容易",
    ),
    "table-small-test": (
        "only {rows} row(s) are left for the test: its numbers are rough, another --seed gives others",
        "只有 {rows} 行用于测试：结果很粗略，换一个 --seed 会不同",
    ),
    "table-few-rows": (
        "only {rows} rows: each was predicted by a model that learnt from all others; take the numbers as a hint, not as a measure",
        "只有 {rows} 行：每一行都由用其余各行训练的模型预测；这些数字只是提示，不是可靠的度量",
    ),
    "train-measured-on-validation": (
        "stopped before the test: the numbers are those of the validation rows, which are too good",
        "在测试之前停止：这些数字来自验证数据，会偏好",
    ),
    "train-stopped-testing": (
        "stopped by Ctrl-C in the tests, of which {tested} of {tests} were done",
        "测试被 Ctrl-C 停止，{tests} 个中完成了 {tested} 个",
    ),
    "train-threshold": (
        "{rare!r} is rare ({share} % of the rows): {second!r} is predicted from a probability of {threshold} on, chosen on validation "
        "for the best F1 of {rare!r}",
        "{rare!r} 很少（占 {share} %）：概率达到 {threshold} 时预测 {second!r}，这个阈值在验证数据上使 {rare!r} 的 F1 最大",
    ),
    "train-too-good": (
        "nearly perfect on the test rows: make sure that no column is computed from {target!r}, or known only after it",
        "在测试数据上几乎完美：请确认没有哪一列是由 {target!r} 算出来的，或在它之后才知道",
    ),
    "train-few-rows": (
        "the linear model was taken: {rows} rows to learn from are too few to judge a network (--model {model} trains one)",
        "采用了线性模型：用于学习的 {rows} 行太少，无法评判网络（--model {model} 仍会训练一个）",
    ),
    "train-linear-chosen": (
        "the linear model was taken: its validation loss {linear} is not above that of {model} ({loss})",
        "采用了线性模型：它的验证损失 {linear} 不高于 {model} 的 {loss}",
    ),
    "train-ended-solved": ("The linear model was solved, not trained.", "线性模型是直接求解的，没有训练过程。"),
    "train-ended-epochs": (
        "Trained for all {epochs} epochs; the weights of epoch {best} have the smallest validation loss and were kept.",
        "训练了全部 {epochs} 轮；保留验证损失最小的第 {best} 轮的权重。",
    ),
    "train-ended-early": (
        "Stopped early after {epochs} epochs, when validation had not improved for a while; the weights of epoch "
        "{best} were kept.",
        "验证损失一段时间没有改善，在 {epochs} 轮后提前停止；保留第 {best} 轮的权重。",
    ),
    "train-ended-interrupted": (
        "Stopped by Ctrl-C after {epochs} epochs; the best weights so far, of epoch {best}, were kept.",
        "在 {epochs} 轮后被 Ctrl-C 停止；保留到那时最好的第 {best} 轮的权重。",
    ),
    "train-ended-diverged": (
        "Stopped in epoch {epochs}, when the loss was no finite number any more; the weights of epoch {best} were kept.",
        "在第 {epochs} 轮损失不再是有限数时停止；保留第 {best} 轮的权重。",
    ),
    "predict-note-category": ("{column}: {value!r} was not learnt", "{column}：没有学过 {value!r}"),
    "predict-note-date": ("{column}: {value!r} is no day as in training", "{column}：{value!r} 不是训练时那样的日期"),
    "predict-note-number": ("{column}: {value!r} is no number", "{column}：{value!r} 不是数字"),
    "predict-unseen-category": (
        "column {column!r}: {count} cell(s) with values too rare in training or not in it ({examples})",
        "列 {column!r}：{count} 个单元格的值在训练数据中太少或没有（{examples}）",
    ),
    "predict-unseen-date": (
        "column {column!r}: {count} cell(s) that are no days as in training taken as missing ({examples})",
        "列 {column!r}：{count} 个单元格不是训练时那样的日期，按缺失处理（{examples}）",
    ),
    "predict-unseen-number": (
        "column {column!r}: {count} cell(s) that are no numbers taken as missing ({examples})",
        "列 {column!r}：{count} 个单元格不是数字，按缺失处理（{examples}）",
    ),
    "predict-note-range": ("{column}: {value} is outside the training range", "{column}：{value} 超出训练数据的范围"),
    "predict-unseen-range": (
        "column {column!r}: {count} cell(s) outside the range of the training rows ({examples})",
        "列 {column!r}：{count} 个单元格超出训练数据的范围（{examples}）",
    ),
    "predict-drift-missing": (
        "column {column!r} differs from training: {new:.0f} % of the cells are missing, in training {old:.0f} %",
        "列 {column!r} 与训练数据不同：{new:.0f} % 的单元格缺失，训练时为 {old:.0f} %",
    ),
    "predict-drift-category": (
        "column {column!r} differs from training: {value!r} is in {new:.0f} % of the rows, in training in {old:.0f} %",
        "列 {column!r} 与训练数据不同：{value!r} 占 {new:.0f} %，训练时占 {old:.0f} %",
    ),
    "predict-drift-number": (
        "column {column!r} differs from training: the mean is {new}, in training {old}",
        "列 {column!r} 与训练数据不同：平均值为 {new}，训练时为 {old}",
    ),
    "predict-drift-date": (
        "column {column!r} differs from training: on average {days} days {later} than there",
        "列 {column!r} 与训练数据不同：平均{later} {days} 天",
    ),
    "predict-later": ("later", "晚"),
    "predict-earlier": ("earlier", "早"),
    "kind-number": ("number", "数字"),
    "kind-date": ("date", "日期"),
    "kind-duplicate": ("duplicate", "重复列"),
    "kind-ignored": ("ignored", "已略去"),
    "kind-category": ("category", "类别"),
    "kind-identifier": ("identifier", "标识符"),
    "kind-text": ("text", "文本"),
    "kind-constant": ("constant", "常量"),
    "kind-aside": ("{kind} (set aside)", "{kind}（不使用）"),
    "kind-target": ("target", "目标"),
    # Inspecting
    "inspect-table": ("{data}: {rows:,} rows, {columns} columns", "{data}：{rows:,} 行，{columns} 列"),
    "finding-in-table": ("{severity} ({rule}):", "{severity}（{rule}）："),
    "silence-in-table": ("(silence: --silence {rule})", "（不再提示：--silence {rule}）"),
    "inspect-findings": ("Before training:", "训练之前请注意："),
    "inspect-notes": (
        "For programs of your own that read this file (steepest train takes care of these):",
        "若由自己的程序读这个文件，还要注意（steepest train 会自动处理）："),
    "inspect-kinds": (
        "What was judged, to correct where it is wrong and paste behind `steepest train`:",
        "以上判断如有不对，可以修改后粘贴到 `steepest train` 之后：",
    ),
    "inspect-equal-rows": (
        "{count} row(s) repeat another in all columns: kept on one side of every split",
        "{count} 行与其他行完全相同：划分时放在同一侧",
    ),
    "inspect-imbalance": (
        "{rarest!r} is rare ({share} % of the rows): look at precision and recall, not at accuracy",
        "{rarest!r} 很少（占 {share} %）：请看查准率和查全率，而不是准确率",
    ),
    "inspect-leak": (
        "column {column!r} nearly gives {target!r} by itself: is it known when a prediction is wanted? ({ignore})",
        "列 {column!r} 几乎单独就给出 {target!r}：预测时它已知吗？（{ignore}）",
    ),
    "inspect-leak-sum": (
        "{first} + {second} nearly gives {target!r}: are they known when a prediction is wanted? ({ignore})",
        "{first} + {second} 几乎给出 {target!r}：预测时它们已知吗？（{ignore}）",
    ),
    "inspect-time": (
        "column {column!r} orders the rows in time; if new rows will be later, test so: {option} ({metric} of the linear model "
        "{proposed} on the latest rows, {random} on random ones)",
        "列 {column!r} 给出时间顺序；如果新数据会更晚，请这样测试：{option}（线性模型的 {metric} 在最晚的行上为 {proposed}，在随机的行上为 {random}）",
    ),
    "inspect-group": (
        "rows with one {column!r} may belong together; if new rows will have new ones, test so: {option} ({metric} of the linear "
        "model {proposed} on new ones, {random} on random rows)",
        "{column!r} 相同的行可能属于同一对象；如果新数据会有新的值，请这样测试：{option}（线性模型的 {metric} 在新的值上为 {proposed}，在随机的行上为 {random}）",
    ),
    "inspect-model": (
        "Model {model}, networks averaged: {members}; learnt from {data} with seed {seed}.",
        "模型 {model}，{members} 个网络取平均；由 {data} 训练，种子 {seed}。",
    ),
    "inspect-model-number": ("mean {mean}, deviation {scale}, from {low} to {high}", "平均值 {mean}，标准差 {scale}，从 {low} 到 {high}"),
    "inspect-model-date": ("written {order}; circles: {circles}", "写法 {order}；周期：{circles}"),
    "inspect-model-category": ("{values}", "{values}"),
    # The screen
    "screen-intervals": ("this model's 95 % intervals: {shown}", "本模型的 95 % 区间：{shown}"),
    "screen-wrote": ("wrote into {folder}: {files}", "已写入 {folder}：{files}"),
    "screen-report": ("open in a browser: {report}", "用浏览器打开：{report}"),
    "screen-predict-next": ("predict new rows: {command}", "预测新数据：{command}"),
    "screen-predicted": ("predicted rows: {rows:,}; written to {path}", "已预测 {rows:,} 行，写入 {path}"),
    "screen-predict-metrics": (
        "the table holds {target!r}: this is how good the {rows} predictions are (too good if the model learnt from these rows)",
        "表中含有 {target!r}，因此可以给出这 {rows} 个预测的效果（如果模型用这些行学习过，结果会偏好）",
    ),
    "screen-begin": ("reading the table, trying learning rates", "读取表格，尝试学习率"),
    "screen-testing": ("testing, {number} of {tests}", "测试，第 {number} 个，共 {tests} 个"),
    "screen-writing": ("drawing the report", "绘制报告"),
    "screen-epoch": ("epoch {epoch}  loss {loss}  validation {validation}", "第 {epoch} 轮  损失 {loss}  验证 {validation}"),
}
