# Row 27 of the course, note 004: the computation graph of z = (x + y) * sigmoid(y): the local derivative on each edge, and
# dz/dx, dz/dy as sums over the paths of the products along each path. The note describes the method in words.

import torch

x = torch.tensor(2.0, requires_grad=True)
y = torch.tensor(1.0, requires_grad=True)

a = x + y
b = torch.sigmoid(y)
z = a * b
print("x =", x.item(), "y =", y.item(), "a =", a.item(), "b =", b.item(), "z =", z.item())


def local(output, input):
    """The derivative of one node by one of its own inputs."""
    return torch.autograd.grad(output, input, retain_graph=True)[0].item()


# each node is made again from inputs cut off from what lies before them, so that only its own derivative is seen
a_ = a.detach().requires_grad_()
b_ = b.detach().requires_grad_()
z_ = a_ * b_
edges = {
    ("x", "a"): local(x + y.detach(), x),
    ("y", "a"): local(x.detach() + y, y),
    ("y", "b"): local(torch.sigmoid(y), y),
    ("a", "z"): local(z_, a_),
    ("b", "z"): local(z_, b_),
}
for (source, target), derivative in edges.items():
    print(f"d{target}/d{source} = {derivative:.6f}")


def paths(node):
    if node == "z":
        return [["z"]]
    return [[node, *rest] for source, target in edges if source == node for rest in paths(target)]


z.backward()
for name, leaf in (("x", x), ("y", y)):
    total = 0.0
    for path in paths(name):
        product = 1.0
        for edge in zip(path, path[1:]):
            product *= edges[edge]
        total += product
        print(" -> ".join(path), f"product {product:.6f}")
    print(f"dz/d{name}: sum over paths {total:.6f}, backward() {leaf.grad.item():.6f}")
