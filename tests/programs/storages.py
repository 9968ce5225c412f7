import copy
import io
import pickle
import warnings

import torch

warnings.simplefilter("ignore")
x = torch.arange(6.0).reshape(2, 3)
s = x.storage()
print(s, len(s), s.size(), s.nbytes(), s.dtype, s.device, s.element_size(), s.type(), s.is_shared(), s.is_cuda)
print(s[0], s[-1], list(s), s.tolist(), s.data_ptr() == x.data_ptr(), s.untyped().nbytes(), x.storage_type().__name__)
f = torch.FloatStorage([1, 2, 3])
print(f, isinstance(f, torch.FloatStorage), isinstance(f, torch.IntStorage), torch.is_storage(f), torch.is_storage(x))
u = x.untyped_storage()
print(u[4], len(u), u[3:8], u.nbytes(), u.device, u.element_size(), torch.is_storage(u), isinstance(u, torch.UntypedStorage))
print(torch.UntypedStorage([1, 2]), torch.FloatStorage(3).size(), torch.FloatStorage().size(), torch.BoolStorage([True]))
print(torch.FloatTensor(f), torch.tensor([]).set_(f), torch.tensor([]).set_(f, 1, (2,), (1,)), torch.tensor([]).set_(x.untyped_storage()))
s[1] = 9
s[2:4] = 7
print(x, x[1].storage().size(), x[1].storage_offset())
s.copy_(torch.FloatStorage([6, 5, 4, 3, 2, 1]))
print(x, f.clone(), copy.deepcopy(f), copy.copy(f), pickle.loads(pickle.dumps(f)))
print(s.double(), s.int().tolist(), s.bool().tolist(), s.pickle_storage_type(), torch.IntStorage([1.5]))
print(torch.TypedStorage([1, 2], dtype=torch.int64), torch.FloatStorage.from_buffer(b"\0\0\x80\x3f", "little"))
s.fill_(3)
u[0:4] = 0
print(x, u.tolist()[:8], x.t().storage().tolist())
for wrong in ("s['a']", "s[10]", "s[1:4:2]", "torch.DoubleStorage(f)", "torch.FloatStorage(2, 3)", "s.copy_(f)", "s.sum()"):
    try:
        eval(wrong)
    except Exception as problem:
        print(wrong, type(problem).__name__)
for kept in (x.storage(), x.untyped_storage(), {"s": x.storage(), "x": x}):
    file = io.BytesIO()
    torch.save(kept, file)
    file.seek(0)
    loaded = torch.load(file)
    print(type(loaded).__name__, loaded.tolist() if not isinstance(loaded, dict) else loaded["s"].data_ptr() == loaded["x"].data_ptr())
