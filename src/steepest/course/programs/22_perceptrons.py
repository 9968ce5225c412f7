# Row 22 of the course, note 003: a perceptron with one output, then with two, and the gradients of F.mse_loss.
# The note's text, with its `import torch` written out.

import torch
from torch.nn import functional as F
x = torch.randn(1,10)
w = torch.randn(1,10,requires_grad=True)
o = torch.sigmoid(x@w.t())
loss = F.mse_loss(torch.ones(1,1),o)
loss.backward() #loss对W的偏导
print(loss.shape) #标量
print(w.grad)

# 多输出感知机
x = torch.randn(1,10)
w = torch.randn(2,10,requires_grad=True)
o = torch.sigmoid(x@w.t())
loss = F.mse_loss(torch.ones(1,2),o)
loss.backward()
print(loss)
print(w.grad)
