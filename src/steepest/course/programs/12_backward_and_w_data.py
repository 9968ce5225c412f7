# Row 12 of the course, note 001: the gradient from backward(), the step written on w.data.
# Corrected: `.item` is called, and the title is plt.title (there is no set_tittle).

import torch
from matplotlib import pyplot as plt
x_data=[1.0,2.0,3.0]
y_data=[2.0,4.0,6.0]

w=torch.Tensor([1.0])
w.requires_grad=True

def forward(x):
    return x*w

def loss(x,y):
    y_pred=forward(x)
    return (y_pred-y)**2

print("predict (before training)",4,forward(4).item())

epoch_list=[]
MSE_list=[]
for epoch in range(100):
    epoch_list.append(epoch)
    for x,y in zip(x_data,y_data):
        l=loss(x,y)
        l.backward()
        print('\tgrad:',x,y,w.grad.item())
        w.data=w.data-0.01*w.grad.data

        w.grad.data.zero_()
    print("progress:",epoch,l.item())
    MSE_list.append(l.item())
print("prdict (after training)",4,forward(4).item())


plt.plot(epoch_list,MSE_list)
plt.xlabel('Epoch')
plt.ylabel('Loss')
plt.title("PyTorch")
plt.show()
