# Row 25 of the course, note 003: tolist() of an array and of tensors gives nested lists of Python numbers.
# Corrected: np.mat is gone from NumPy, and its matrix of two lists of unequal length was no matrix of numbers.

import numpy as np
import torch

a = np.ones(5) # array([1., 1., 1., 1., 1.])
print(a.tolist()) # [1.0, 1.0, 1.0, 1.0, 1.0]
b = [[1, 2, 3], [0, 9, 8]]
c = np.array(b)
print(c)
print(c.tolist()) # [[1, 2, 3], [0, 9, 8]]

t = torch.tensor(b)
print(t)
print(t.tolist())
print((t / 2).tolist())
print((t > 1).tolist())
print(t.t().tolist(), t[0, 1].tolist(), t.reshape(3, 1, 2).tolist())
