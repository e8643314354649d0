// Seeds, generators, threads and switches of the process.
#include "shim.h"

#include <ATen/Config.h>
#include <ATen/Version.h>
#include <cstring>
#ifdef __GLIBC__
#include <malloc.h>
#endif

using shim::guarded;
using shim::unwrap;

// Resolved at load time from whatever runtime this LibTorch brings (a pip wheel carries a renamed libgomp), absent otherwise.
extern "C" {
void omp_set_num_threads(int) __attribute__((weak));
void openblas_set_num_threads(int) __attribute__((weak));
}

int mlt_manual_seed(uint64_t seed) {
  return guarded("manual_seed", [&] { at::manual_seed(seed); });
}

int mlt_generator_new(int32_t device, uint64_t seed, mlt_generator* result) {
  return guarded("Generator", [&] {
    const auto place = shim::unpack_device(device);
    auto generator = place.is_cpu() ? at::detail::createCPUGenerator(seed) : at::globalContext().defaultGenerator(place).clone();
    generator.set_current_seed(seed);
    *result = reinterpret_cast<mlt_generator>(new at::Generator(std::move(generator)));
  });
}

int mlt_generator_default(int32_t device, mlt_generator* result) {
  return guarded("default_generator", [&] {
    *result = reinterpret_cast<mlt_generator>(new at::Generator(at::globalContext().defaultGenerator(shim::unpack_device(device))));
  });
}

void mlt_generator_free(mlt_generator g) {
  if (g) delete &unwrap(g);
}

int mlt_generator_seed(mlt_generator g, uint64_t seed) {
  return guarded("manual_seed", [&] {
    std::lock_guard<std::mutex> lock(unwrap(g).mutex());
    unwrap(g).set_current_seed(seed);
  });
}

int mlt_generator_get_state(mlt_generator g, mlt_tensor* result) {
  return guarded("get_state", [&] {
    std::lock_guard<std::mutex> lock(unwrap(g).mutex());
    *result = shim::wrap(unwrap(g).get_state());
  });
}

int mlt_generator_set_state(mlt_generator g, mlt_tensor state) {
  return guarded("set_state", {state}, [&] {
    std::lock_guard<std::mutex> lock(unwrap(g).mutex());
    unwrap(g).set_state(unwrap(state));
  });
}

const char* mlt_version(void) { return TORCH_VERSION; }

int mlt_describe(char* buffer, int64_t capacity) {
  return guarded("show_config", [&] {
    const auto text = at::show_config() + at::get_parallel_info();
    std::strncpy(buffer, text.c_str(), static_cast<size_t>(capacity - 1));
    buffer[capacity - 1] = 0;
  });
}

int32_t mlt_get_num_threads(void) { return at::get_num_threads(); }

int mlt_set_num_threads(int32_t n) {
  return guarded("set_num_threads", [&] {
    TORCH_CHECK(n >= 1, "needs at least one thread, got ", n);
    at::set_num_threads(n);
    if (openblas_set_num_threads) openblas_set_num_threads(n);
  });
}

int mlt_set_num_threads_here(int32_t n) {
  return guarded("set_num_threads", [&] {
    TORCH_CHECK(n >= 1, "needs at least one thread, got ", n);
    at::get_num_threads();  // LibTorch sets a thread up at its first question, which would undo the next line later
    if (omp_set_num_threads) omp_set_num_threads(n);
  });
}

void mlt_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
  mallopt(M_TRIM_THRESHOLD, 0x7fffffff);
  mallopt(M_ARENA_MAX, 1);  // arenas of single threads are cut into 64 MiB pieces, which go back whenever one is empty
#endif
}

int mlt_set_deterministic(int32_t enabled, int32_t warn_only) {
  return guarded("use_deterministic_algorithms", [&] { at::globalContext().setDeterministicAlgorithms(enabled != 0, warn_only != 0); });
}

int32_t mlt_get_deterministic(void) { return at::globalContext().deterministicAlgorithms(); }

int32_t mlt_get_switch(int32_t which) {
  auto& context = at::globalContext();
  switch (which) {
    case MLT_CUDNN_ENABLED: return context.userEnabledCuDNN();
    case MLT_CUDNN_BENCHMARK: return context.benchmarkCuDNN();
    case MLT_CUDNN_DETERMINISTIC: return context.deterministicCuDNN();
    case MLT_CUDNN_TF32: return context.allowTF32CuDNN();
    case MLT_CUBLAS_TF32: return context.allowTF32CuBLAS();
    case MLT_MKLDNN_ENABLED: return context.userEnabledMkldnn();
    default: return 0;
  }
}

int mlt_set_switch(int32_t which, int32_t value) {
  return guarded("backends", [&] {
    auto& context = at::globalContext();
    const bool on = value != 0;
    switch (which) {
      case MLT_CUDNN_ENABLED: context.setUserEnabledCuDNN(on); break;
      case MLT_CUDNN_BENCHMARK: context.setBenchmarkCuDNN(on); break;
      case MLT_CUDNN_DETERMINISTIC: context.setDeterministicCuDNN(on); break;
      case MLT_CUDNN_TF32: context.setAllowTF32CuDNN(on); break;
      case MLT_CUBLAS_TF32: context.setAllowTF32CuBLAS(on); break;
      case MLT_MKLDNN_ENABLED: context.setUserEnabledMkldnn(on); break;
      default: TORCH_CHECK(false, "there is no switch ", which);
    }
  });
}
