// The GPU. A build against a CPU LibTorch answers "there is none" where that is an answer, and MLT_UNAVAILABLE elsewhere.
#include "shim.h"

#include <cstring>

#ifdef MALARIALAB_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#endif

using shim::guarded;

int32_t mlt_cuda_is_available(void) {
  try {
    return at::hasCUDA() && mlt_cuda_device_count() > 0;
  } catch (...) {
    return 0;
  }
}

#ifdef MALARIALAB_CUDA

namespace {

struct Graph {
  at::cuda::CUDAGraph graph;
  at::cuda::MempoolId_t pool = at::cuda::graph_pool_handle();
  compat::optional<c10::cuda::CUDAStreamGuard> stream;

  // LibTorch's allocator goes on serving a capture that failed, which would keep it from giving memory back ever after.
  void abandon() {
#if MALARIALAB_TORCH_AT_LEAST(2, 5)
    try {
      const auto device = c10::cuda::current_device();
      c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool);
      c10::cuda::CUDACachingAllocator::releasePool(device, pool);
    } catch (const c10::Error&) {
      // It had stopped already; the pool goes with the graph.
    }
#endif
    stream.reset();
  }
};

Graph& unwrap(mlt_cuda_graph graph) { return *reinterpret_cast<Graph*>(graph); }

// The allocator has statistics of a device only once LibTorch has begun to use it; asking for its generator begins that in
// every version.
void start(int32_t device) { at::globalContext().defaultGenerator(at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device))); }

struct SideStream final : shim::Guard {
  SideStream() : outer(c10::cuda::getCurrentCUDAStream()), guard(c10::cuda::getStreamFromPool()) { outer.synchronize(); }
  ~SideStream() override { cudaDeviceSynchronize(); }
  c10::cuda::CUDAStream outer;
  c10::cuda::CUDAStreamGuard guard;
};

}  // namespace

int32_t mlt_cuda_built(void) { return 1; }

int32_t mlt_cuda_device_count(void) { return c10::cuda::device_count(); }

int mlt_cuda_device_name(int32_t device, char* buffer, int32_t capacity, int32_t* major, int32_t* minor) {
  return guarded("cuda.get_device_name", [&] {
    int runtime = 0;
    C10_CUDA_CHECK(cudaRuntimeGetVersion(&runtime));
    TORCH_CHECK(runtime / 1000 == CUDART_VERSION / 1000, "this program was built with the headers of CUDA ", CUDART_VERSION / 1000, ", and LibTorch brings CUDA ",
                runtime / 1000, ": name the folder of that toolkit in CUDA_HOME and build again");
    cudaDeviceProp properties;
    C10_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
    std::strncpy(buffer, properties.name, static_cast<size_t>(capacity - 1));
    buffer[capacity - 1] = 0;
    *major = properties.major;
    *minor = properties.minor;
  });
}

int mlt_cuda_current_device(int32_t* result) {
  return guarded("cuda.current_device", [&] { *result = c10::cuda::current_device(); });
}

int mlt_cuda_set_device(int32_t device) {
  return guarded("cuda.set_device", [&] { c10::cuda::set_device(static_cast<c10::DeviceIndex>(device)); });
}

int mlt_cuda_synchronize(int32_t device) {
  return guarded("cuda.synchronize", [&] {
    c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
    c10::cuda::device_synchronize();
  });
}

int mlt_cuda_empty_cache(void) {
  return guarded("cuda.empty_cache", [&] { c10::cuda::CUDACachingAllocator::emptyCache(); });
}

int mlt_cuda_memory(int32_t device, int64_t* values) {
  return guarded("cuda.memory", [&] {
    c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
    size_t free_bytes = 0, total = 0;
    C10_CUDA_CHECK(cudaMemGetInfo(&free_bytes, &total));
    start(device);
    const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(static_cast<c10::DeviceIndex>(device));
    values[0] = static_cast<int64_t>(free_bytes);
    values[1] = static_cast<int64_t>(total);
    values[2] = stats.allocated_bytes[0].current;
    values[3] = stats.allocated_bytes[0].peak;
    values[4] = stats.reserved_bytes[0].current;
    values[5] = stats.reserved_bytes[0].peak;
  });
}

int mlt_cuda_reset_peak(int32_t device) {
  return guarded("cuda.reset_peak_memory_stats", [&] {
    start(device);
    c10::cuda::CUDACachingAllocator::resetPeakStats(static_cast<c10::DeviceIndex>(device));
  });
}

int mlt_cuda_graph_new(mlt_cuda_graph* result) {
  return guarded("cuda.CUDAGraph", [&] { *result = reinterpret_cast<mlt_cuda_graph>(new Graph); });
}

void mlt_cuda_graph_free(mlt_cuda_graph graph) {
  if (graph) delete &unwrap(graph);
}

int mlt_cuda_graph_begin(mlt_cuda_graph graph) {
  return guarded("cuda.graph.capture_begin", [&] {
    auto& self = unwrap(graph);
    c10::cuda::device_synchronize();
    // During a capture the allocator cannot give back what it keeps for other streams.
    c10::cuda::CUDACachingAllocator::emptyCache();
    self.stream.emplace(c10::cuda::getStreamFromPool());
    try {
      self.graph.capture_begin(self.pool);
    } catch (...) {
      self.abandon();
      throw;
    }
  });
}

int mlt_cuda_graph_end(mlt_cuda_graph graph) {
  return guarded("cuda.graph.capture_end", [&] {
    auto& self = unwrap(graph);
    try {
      self.graph.capture_end();
    } catch (...) {
      self.abandon();
      throw;
    }
    self.stream.reset();
  });
}

int mlt_cuda_graph_replay(mlt_cuda_graph graph) {
  return guarded("cuda.graph.replay", [&] { unwrap(graph).graph.replay(); });
}

int mlt_cuda_side_stream_begin(mlt_guard* result) {
  return guarded("cuda.stream", [&] { *result = shim::wrap(new SideStream); });
}

#else

namespace {
int unavailable(const char* what) {
  return shim::fail(MLT_UNAVAILABLE, std::string(what) + " is not available in this build: LibTorch " TORCH_VERSION " was built without CUDA.");
}
}  // namespace

int32_t mlt_cuda_built(void) { return 0; }
int32_t mlt_cuda_device_count(void) { return 0; }
int mlt_cuda_device_name(int32_t, char*, int32_t, int32_t*, int32_t*) { return unavailable("cuda.get_device_name"); }
int mlt_cuda_current_device(int32_t*) { return unavailable("cuda.current_device"); }
int mlt_cuda_set_device(int32_t) { return unavailable("cuda.set_device"); }
int mlt_cuda_synchronize(int32_t) { return unavailable("cuda.synchronize"); }
int mlt_cuda_empty_cache(void) { return unavailable("cuda.empty_cache"); }
int mlt_cuda_memory(int32_t, int64_t*) { return unavailable("cuda.memory_stats"); }
int mlt_cuda_reset_peak(int32_t) { return unavailable("cuda.reset_peak_memory_stats"); }
int mlt_cuda_graph_new(mlt_cuda_graph*) { return unavailable("cuda.CUDAGraph"); }
void mlt_cuda_graph_free(mlt_cuda_graph) {}
int mlt_cuda_graph_begin(mlt_cuda_graph) { return unavailable("cuda.CUDAGraph"); }
int mlt_cuda_graph_end(mlt_cuda_graph) { return unavailable("cuda.CUDAGraph"); }
int mlt_cuda_graph_replay(mlt_cuda_graph) { return unavailable("cuda.CUDAGraph"); }
int mlt_cuda_side_stream_begin(mlt_guard*) { return unavailable("cuda.stream"); }

#endif
