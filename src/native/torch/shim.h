// What the shim's own files share: handles, and the one place where a C++ exception becomes a status.
#pragma once

#include "compat.h"
#include "malarialab_torch.h"

#include <string>
#include <utility>

namespace shim {

int fail(int status, std::string message, int64_t bytes = -1);
int fail_from_current_exception(const char* operation, const std::string& operands);
std::string describe(const at::Tensor& tensor);  // float32[64, 3, 128, 128] cuda:0

mlt_tensor wrap(at::Tensor tensor);
inline at::Tensor& unwrap(mlt_tensor t) { return *reinterpret_cast<at::Tensor*>(t); }
inline at::Generator& unwrap(mlt_generator g) { return *reinterpret_cast<at::Generator*>(g); }

at::Device unpack_device(int64_t packed);
int32_t pack_device(at::Device device);

// A guard is any object whose destructor undoes what its constructor did.
struct Guard {
  virtual ~Guard() = default;
};
inline mlt_guard wrap(Guard* guard) { return reinterpret_cast<mlt_guard>(guard); }

template <class Body>
int guarded(const char* operation, Body&& body) {
  try {
    body();
    return MLT_OK;
  } catch (...) {
    return fail_from_current_exception(operation, {});
  }
}

template <class Body>
int guarded(const char* operation, std::initializer_list<mlt_tensor> operands, Body&& body) {
  try {
    body();
    return MLT_OK;
  } catch (...) {
    std::string text;
    for (auto t : operands)
      if (t) text += (text.empty() ? "" : ", ") + describe(unwrap(t));
    return fail_from_current_exception(operation, text);
  }
}

}  // namespace shim
