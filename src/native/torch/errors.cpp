#include "shim.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace {

thread_local std::string last_message;
thread_local int64_t last_bytes = -1;

// "Tried to allocate 2.50 GiB" (CUDA) or "tried to allocate 1024 bytes" (CPU): the size asked for, -1 when absent.
int64_t requested_bytes(const std::string& message) {
  static const std::string marker = "ried to allocate ";
  const auto at = message.find(marker);
  if (at == std::string::npos) return -1;
  std::istringstream text(message.substr(at + marker.size()));
  double amount = 0;
  std::string unit;
  if (!(text >> amount >> unit)) return -1;
  double scale = 1;
  switch (std::toupper(static_cast<unsigned char>(unit[0]))) {
    case 'K': scale = 1024.0; break;
    case 'M': scale = 1024.0 * 1024; break;
    case 'G': scale = 1024.0 * 1024 * 1024; break;
    default: break;
  }
  return static_cast<int64_t>(amount * scale);
}

bool says_out_of_memory(const std::string& message) {
  // cuBLAS and cuDNN take memory for themselves and say it in their own words.
  for (const char* words : {"out of memory", "t allocate memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED"})
    if (message.find(words) != std::string::npos) return true;
  return false;
}

// The first line is the sentence; LibTorch appends C++ frames and advice for its own developers.
std::string first_lines(std::string message) {
  for (const char* words : {"\nException raised from", "\nSearch for `cuda", "\nCUDA kernel errors might be asynchronously"})
    message.resize(std::min(message.find(words), message.size()));
  while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back()))) message.pop_back();
  return message;
}

}  // namespace

namespace shim {

int fail(int status, std::string message, int64_t bytes) {
  last_message = std::move(message);
  last_bytes = bytes;
  return status;
}

int fail_from_current_exception(const char* operation, const std::string& operands) {
  std::string message;
  bool out_of_memory = false;
  try {
    throw;
  } catch (const c10::OutOfMemoryError& e) {
    message = e.what_without_backtrace();
    out_of_memory = true;
  } catch (const c10::Error& e) {
    message = e.what_without_backtrace();
    out_of_memory = says_out_of_memory(message);
  } catch (const std::bad_alloc&) {
    message = "out of memory";
    out_of_memory = true;
  } catch (const std::exception& e) {
    message = e.what();
    out_of_memory = says_out_of_memory(message);
  } catch (...) {
    message = "an exception of unknown type";
  }
  message = first_lines(std::move(message));
  const auto bytes = out_of_memory ? requested_bytes(message) : -1;
  return fail(out_of_memory ? MLT_OUT_OF_MEMORY : MLT_ERROR, std::string(operation) + "(" + operands + "): " + message, bytes);
}

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "none";
  static const std::pair<at::ScalarType, const char*> names[] = {
      {at::kFloat, "float32"}, {at::kDouble, "float64"}, {at::kHalf, "float16"}, {at::kBFloat16, "bfloat16"},
      {at::kByte, "uint8"},    {at::kChar, "int8"},      {at::kShort, "int16"},  {at::kInt, "int32"},
      {at::kLong, "int64"},    {at::kBool, "bool"}};
  std::ostringstream text;
  const char* name = c10::toString(tensor.scalar_type());
  for (const auto& entry : names)
    if (entry.first == tensor.scalar_type()) name = entry.second;
  text << name << '[';
  for (int64_t i = 0; i < tensor.dim(); i++) text << (i ? ", " : "") << tensor.size(i);
  text << ']';
  if (!tensor.is_cpu()) text << ' ' << tensor.device();
  return text.str();
}

at::Device unpack_device(int64_t packed) {
  return {static_cast<at::DeviceType>(packed >> 8), static_cast<c10::DeviceIndex>((packed & 255) - 1)};
}

int32_t pack_device(at::Device device) {
  return static_cast<int32_t>(device.type()) * 256 + (device.has_index() ? device.index() + 1 : 0);
}

}  // namespace shim

const char* mlt_last_error(void) { return last_message.c_str(); }
int64_t mlt_last_error_bytes(void) { return last_bytes; }
