#include "shim.h"

#include <atomic>
#include <cstring>

using shim::guarded;
using shim::unwrap;

namespace {

std::atomic<int64_t> live{0};

at::IntArrayRef shape(const int64_t* sizes, int32_t dims) { return {sizes, static_cast<size_t>(dims)}; }

}  // namespace

namespace shim {

mlt_tensor wrap(at::Tensor tensor) {
  auto* handle = new at::Tensor(std::move(tensor));
  live.fetch_add(1, std::memory_order_relaxed);
  return reinterpret_cast<mlt_tensor>(handle);
}

}  // namespace shim

void mlt_tensor_free(mlt_tensor t) {
  if (!t) return;
  delete &unwrap(t);
  live.fetch_sub(1, std::memory_order_relaxed);
}

int64_t mlt_live_tensors(void) { return live.load(std::memory_order_relaxed); }

int mlt_tensor_wrap(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, mlt_tensor* result) {
  return guarded("from_blob", [&] {
    *result = shim::wrap(at::from_blob(data, shape(sizes, dims), at::TensorOptions(static_cast<at::ScalarType>(dtype))));
  });
}

int mlt_tensor_copy_in(const void* data, const int64_t* sizes, int32_t dims, int32_t dtype, mlt_tensor* result) {
  return guarded("tensor", [&] {
    auto tensor = at::empty(shape(sizes, dims), at::TensorOptions(static_cast<at::ScalarType>(dtype)));
    if (tensor.nbytes()) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    *result = shim::wrap(std::move(tensor));
  });
}

int mlt_tensor_copy_out(mlt_tensor t, void* destination, int64_t bytes) {
  return guarded("data", {t}, [&] {
    const auto source = unwrap(t).detach().to(at::kCPU).contiguous();
    TORCH_CHECK(static_cast<int64_t>(source.nbytes()) == bytes, "holds ", source.nbytes(), " bytes, the destination ", bytes);
    if (bytes) std::memcpy(destination, source.data_ptr(), static_cast<size_t>(bytes));
  });
}

int mlt_tensor_data(mlt_tensor t, void** result) {
  return guarded("data", {t}, [&] {
    TORCH_CHECK(unwrap(t).is_cpu(), "only memory of the CPU can be looked at; copy the tensor with cpu() first");
    *result = unwrap(t).data_ptr();
  });
}

int mlt_tensor_alias(mlt_tensor t, mlt_tensor* result) {
  return guarded("alias", {t}, [&] { *result = shim::wrap(unwrap(t)); });
}

int32_t mlt_tensor_dims(mlt_tensor t) { return static_cast<int32_t>(unwrap(t).dim()); }

void mlt_tensor_sizes(mlt_tensor t, int64_t* sizes) {
  for (auto size : unwrap(t).sizes()) *sizes++ = size;
}

int mlt_tensor_strides(mlt_tensor t, int64_t* strides) {
  return guarded("stride", {t}, [&] {
    for (auto stride : unwrap(t).strides()) *strides++ = stride;
  });
}

int64_t mlt_tensor_numel(mlt_tensor t) { return unwrap(t).numel(); }
int32_t mlt_tensor_dtype(mlt_tensor t) { return static_cast<int32_t>(unwrap(t).scalar_type()); }
int32_t mlt_tensor_device(mlt_tensor t) { return shim::pack_device(unwrap(t).device()); }

int mlt_tensor_is_contiguous(mlt_tensor t, int32_t memory_format, int32_t* result) {
  return guarded("is_contiguous", {t}, [&] { *result = unwrap(t).is_contiguous(static_cast<at::MemoryFormat>(memory_format)); });
}

int mlt_tensor_item(mlt_tensor t, double* real, int64_t* integer) {
  return guarded("item", {t}, [&] {
    const auto scalar = unwrap(t).item();
    *real = scalar.toDouble();
    *integer = scalar.isFloatingPoint() ? 0 : scalar.toLong();
  });
}
