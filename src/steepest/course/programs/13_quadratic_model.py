# Row 13 of the course, note 001: w1 x^2 + w2 x + b with three gradients from one backward().
# Corrected: `.item` is called.

import torch
from matplotlib import pyplot as plt
x_data=[1.0,2.0,3.0]
y_data=[2.0,4.0,6.0]

w_1=torch.Tensor([1.0])
w_1.requires_grad=True
w_2=torch.Tensor([2.0])
w_2.requires_grad=True
b=torch.Tensor([3.0])
b.requires_grad=True

def forward(x):
    return w_1*(x**2)+w_2*x+b

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
        print('\tgrad:','X:',x,'Y:',y,w_1.grad.item(),w_2.grad.item(),b.grad.item())
        w_1.data=w_1.data-0.01*w_1.grad.data
        w_2.data=w_2.data-0.01*w_2.grad.data
        b.data=b.data-0.01*b.grad.data

        w_1.grad.data.zero_()
        w_2.grad.data.zero_()
        b.grad.data.zero_()
    print("progress:",epoch,l.item())
    MSE_list.append(l.item())
print("prdict (after training)",4,forward(4).item(),'w_1=',w_1.item(),'w_2=',w_2.item(),'b=',b.data.item())


plt.plot(epoch_list,MSE_list)
plt.xlabel('Epoch')
plt.ylabel('Loss')
plt.title("PyTorch")
plt.show()

# the note's formulas beside what backward() finds, at the last row
l=loss(x,y)
l.backward()
error=2*(w_1.item()*x**2+w_2.item()*x+b.item()-y)
print('dLoss/dw_1 = 2*(w_1*x^2+w_2*x+b-y)*x^2 =',error*x**2,'backward:',w_1.grad.item())
print('dLoss/dw_2 = 2*(w_1*x^2+w_2*x+b-y)*x   =',error*x,'backward:',w_2.grad.item())
print('dLoss/db   = 2*(w_1*x^2+w_2*x+b-y)     =',error,'backward:',b.grad.item())
