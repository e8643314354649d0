#include "shim.h"

using shim::guarded;
using shim::unwrap;

namespace {

struct InferenceGuard final : shim::Guard {
  c10::InferenceMode mode;
};

// As torch.autocast in Python: the cache of cast weights lives until the outermost guard ends.
struct AutocastGuard final : shim::Guard {
  AutocastGuard(at::DeviceType type, at::ScalarType dtype, bool enabled)
      : type(type), was_enabled(compat::autocast_enabled(type)), was_dtype(compat::autocast_dtype(type)) {
    compat::set_autocast_enabled(type, enabled);
    compat::set_autocast_dtype(type, dtype);
    at::autocast::increment_nesting();
  }
  ~AutocastGuard() override {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    compat::set_autocast_enabled(type, was_enabled);
    compat::set_autocast_dtype(type, was_dtype);
  }
  at::DeviceType type;
  bool was_enabled;
  at::ScalarType was_dtype;
};

}  // namespace

int32_t mlt_tensor_requires_grad(mlt_tensor t) { return unwrap(t).requires_grad(); }

int mlt_tensor_set_requires_grad(mlt_tensor t, int32_t value) {
  return guarded("requires_grad_", {t}, [&] { unwrap(t).requires_grad_(value != 0); });
}

int32_t mlt_tensor_is_leaf(mlt_tensor t) { return unwrap(t).is_leaf(); }

int mlt_tensor_grad(mlt_tensor t, mlt_tensor* result) {
  return guarded("grad", {t}, [&] {
    const auto& grad = unwrap(t).grad();
    *result = grad.defined() ? shim::wrap(grad) : nullptr;
  });
}

int mlt_tensor_set_grad(mlt_tensor t, mlt_tensor grad) {
  return guarded("grad", {t, grad}, [&] {
    if (grad)
      TORCH_CHECK(unwrap(grad).sizes() == unwrap(t).sizes() && unwrap(grad).scalar_type() == unwrap(t).scalar_type() &&
                      unwrap(grad).device() == unwrap(t).device(),
                  "a gradient has the shape, type and device of its tensor");
    unwrap(t).mutable_grad() = grad ? unwrap(grad) : at::Tensor();
  });
}

int mlt_backward(mlt_tensor loss, mlt_tensor gradient, int32_t retain_graph) {
  return guarded("backward", {loss, gradient}, [&] {
    std::vector<at::Tensor> gradients;
    if (gradient) gradients.push_back(unwrap(gradient));
    torch::autograd::backward({unwrap(loss)}, gradients, retain_graph != 0);
  });
}

int mlt_grad(mlt_tensor output, mlt_tensor gradient, const mlt_tensor* inputs, int32_t count, int32_t retain_graph,
             int32_t create_graph, mlt_tensor* results) {
  return guarded("grad", {output, gradient}, [&] {
    std::vector<at::Tensor> sources, gradients;
    for (int32_t i = 0; i < count; i++) sources.push_back(unwrap(inputs[i]));
    if (gradient) gradients.push_back(unwrap(gradient));
    const auto grads = torch::autograd::grad({unwrap(output)}, sources, gradients, retain_graph != 0, create_graph != 0, true);
    for (int32_t i = 0; i < count; i++) results[i] = grads[i].defined() ? shim::wrap(grads[i]) : nullptr;
  });
}

int32_t mlt_grad_enabled(void) { return at::GradMode::is_enabled(); }
void mlt_set_grad_enabled(int32_t value) { at::GradMode::set_enabled(value != 0); }

int mlt_inference_mode_begin(mlt_guard* result) {
  return guarded("inference_mode", [&] { *result = shim::wrap(new InferenceGuard); });
}

int mlt_autocast_begin(int32_t device_type, int32_t dtype, int32_t enabled, mlt_guard* result) {
  return guarded("autocast", [&] {
    *result = shim::wrap(new AutocastGuard(static_cast<at::DeviceType>(device_type), static_cast<at::ScalarType>(dtype), enabled != 0));
  });
}

void mlt_guard_end(mlt_guard guard) { delete reinterpret_cast<shim::Guard*>(guard); }
