"""Texts of symbolic tracing."""

ROWS = {
    "fx-control-flow": (
        "symbolically traced variables cannot be used as inputs to control flow",
        "符号追踪中的变量没有值，不能用来决定程序走哪一条分支"),
    "fx-iteration": (
        "Proxy object cannot be iterated. This can be attempted when the Proxy is used in a loop or as a *args or **kwargs function argument: "
        "how often the loop runs is not known while tracing",
        "Proxy 不能迭代（循环，或作为 *args、**kwargs 传入函数）：追踪时不知道循环要执行多少次"),
    "fx-len": (
        "'len' is not supported in symbolic tracing by default. If you want this call to be recorded, please call torch.fx.wrap('len') "
        "at module scope",
        "符号追踪默认不支持 'len'。若要记录这个调用，请在模块顶层写 torch.fx.wrap('len')"),
    "fx-immutable": (
        "{kind!r} object does not support mutation. If you are attempting to modify the kwargs or args of a torch.fx.Node object,\n"
        "instead create a new copy of it and assign the copy to the node:\n\n    new_args = ...  # copy and mutate args\n"
        "    node.args = new_args\n",
        "{kind!r} 不能修改。若要改变 torch.fx.Node 的 args 或 kwargs，请先复制，改好后再赋给节点：\n\n    new_args = ...\n"
        "    node.args = new_args\n"),
    "fx-op": ("op {op!r} is not in _legal_ops", "{op!r} 不是节点的种类"),
    "fx-target-type": (
        "Node [graph = {graph}, name = {name!r}] target {target} has type {seen} but a {wanted} is expected",
        "节点 [graph = {graph}, name = {name!r}] 的目标 {target} 是 {seen}，应当是 {wanted}"),
    "fx-erase-used": (
        "Tried to erase Node {node} but it still had {count} users in the graph: {users}!",
        "不能删除节点 {node}：图中还有 {count} 个节点使用它：{users}"),
    "fx-other-graph": (
        "Attempting to move {node} into graph {graph}: a node stays in the graph that made it; write graph.node_copy(node)",
        "不能把 {node} 移到 {graph}：节点属于创建它的图；请写 graph.node_copy(node)"),
    "fx-argument": (
        "argument of type: {kind}: not a number, text, tensor, dtype, slice, or tuple, list or dict of these",
        "参数的类型是 {kind}：不是数、文本、张量、dtype、切片，也不是由它们组成的元组、列表或字典"),
    "fx-node-elsewhere": (
        "Argument '{arg}' of Node '{node}' does not belong to this Graph, but was used as an argument! "
        "If you are copying Nodes from another graph, make sure to use ``arg_transform`` on node_copy() to remap values",
        "节点 '{node}' 的参数 '{arg}' 不属于这个图；从别的图复制节点时，请用 node_copy() 的 arg_transform 换成这里的节点"),
    "fx-used-early": (
        "Argument '{arg}' of Node '{node}' was used before it has been defined! Please check that Nodes in the graph are "
        "topologically ordered\n{graph}",
        "节点 '{node}' 的参数 '{arg}' 在定义之前就被使用了；请检查节点的顺序\n{graph}"),
    "fx-names-twice": ("Node redefined name {name}!", "两个节点都叫 {name}"),
    "fx-no-such-member": (
        "Node {node} target {target} references nonexistent attribute {part} of {owner}",
        "节点 {node} 的目标 {target} 不存在：{owner} 没有 {part}"),
    "fx-member-missing": (
        "Node {node} referenced target {target} but that target was not provided in ``root``!",
        "节点 {node} 用到 {target}，而 ``root`` 里没有它"),
    "fx-get-attr-missing": (
        "Attempted to insert a get_attr Node with no underlying reference in the owning GraphModule! Call GraphModule.add_submodule to add "
        "the necessary submodule, GraphModule.add_parameter to add the necessary Parameter, or nn.Module.register_buffer to add the "
        "necessary buffer",
        "图所属的 GraphModule 里没有 get_attr 节点所指的成员；请先用 add_submodule、register_parameter 或 register_buffer 加上"),
    "fx-call-module-missing": (
        "Attempted to insert a call_module Node with no underlying reference in the owning GraphModule! Call GraphModule.add_submodule to "
        "add the necessary submodule",
        "图所属的 GraphModule 里没有 call_module 节点所指的模块；请先用 add_submodule 加上"),
    "fx-root": ("Unsupported type {kind} passed for root!", "root 的类型 {kind} 不受支持"),
    "fx-no-graph": (
        "type object 'GraphModule' has no graph: write GraphModule(root, graph)",
        "GraphModule 没有图：请写 GraphModule(root, graph)"),
    "fx-not-a-submodule": (
        "module is not installed as a submodule",
        "这个模块不是被追踪模块的子模块"),
    "fx-wrap-name": (
        "Unsupported type for global function! Must be either a callable or string name",
        "wrap 的参数应当是函数或函数名"),
    "fx-wrap-place": ("wrap must be called at the top level of a module", "wrap 应当写在模块的顶层"),
    "fx-specialised": (
        "{name} has been specialized to have value {value} but got another value",
        "追踪时 {name} 定为 {value}，而现在是别的值"),
    "fx-not-specialised": (
        "Was not able to add assertion to guarantee correct input {name} to specialized function. It is up to the user to make sure that "
        "your inputs match the inputs you specialized the function with.",
        "无法检查参数 {name} 是否与追踪时相同，请自行保证"),
    "fx-too-few": (
        "Expected positional argument for parameter {name}, but one was not passed in!",
        "缺少参数 {name}"),
    "fx-interpreting": (
        "While executing {node}",
        "执行 {node} 时"),
    "fx-tabulate": (
        "`print_tabular` relies on the library `tabulate`, which could not be found on this machine. Run `pip install tabulate` to install "
        "the library.",
        "`print_tabular` 需要 `tabulate`，而这里没有。请运行 `pip install tabulate`。"),
    "fx-pattern-output": (
        "The pattern and its replacement must return as many values: {pattern} and {replacement}",
        "模式和替换应当返回同样多的值：{pattern} 与 {replacement}"),
    "fx-pattern-inputs": (
        "The pattern and its replacement must take as many arguments: {pattern} and {replacement}",
        "模式和替换应当有同样多的参数：{pattern} 与 {replacement}"),
    "fx-shape-prop": (
        "ShapeProp error for: node={node} with meta={meta}",
        "ShapeProp 在节点 {node} 处出错，meta={meta}"),
}
