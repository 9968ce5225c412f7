# Row 19 of the course, note 002: the derivative of x^2 at 1.
# The note's text (typed in a notebook), with its import and print written out.

import torch

x = torch.tensor(1.,requires_grad = True) #requires_grad=True表示x可导
y = x ** 2
y.backward()
# 在y=x**2函数关系基础上,x取值为1时的导数值
print(x.grad)
