# Row 23 of the course, note 003: the chain rule, piece by piece and in one go.
# The note's text, with its `import torch` written out.

import torch
x = torch.tensor(1.)
w1 = torch.tensor(2.,requires_grad=True)
b1 = torch.tensor(1.)
w2 = torch.tensor(2.,requires_grad=True)
b2 = torch.tensor(1.)
y1 = x*w1 + b1
y2 = y1*w2 + b2
dy2_dy1= torch.autograd.grad(y2,[y1],retain_graph=True)[0]
dy1_dw1= torch.autograd.grad(y1,[w1],retain_graph=True)[0] #将数据从元祖中取出
dy2_dw1= torch.autograd.grad(y2,[w1],retain_graph=True)[0]
l = dy2_dy1*dy1_dw1 #链式法则等同于dy2_dw1
o = dy2_dw1 #直接求导
print(l)
print(o)
