/* The C interface of the LibTorch shim.
 *
 * Ownership
 *   mlt_tensor, mlt_generator and mlt_guard are handles to heap objects. Every function that hands one out gives the
 *   caller a new handle, which the caller ends with mlt_tensor_free, mlt_generator_free or mlt_guard_end. Handles passed in are borrowed for the
 *   length of the call. Two handles may name the same tensor: LibTorch counts references.
 *   Memory given to mlt_tensor_wrap stays the caller's and must outlive every tensor that views it; all other data pointers
 *   that come in are read or written during the call only. Pointers that come out (mlt_tensor_data, mlt_last_error) stay
 *   LibTorch's or the shim's: the first lives as long as the tensor's storage, the second until the next call on the thread.
 *   Guards are bound to the thread that began them and end in reverse order.
 *
 * Errors
 *   Every function that can fail returns a status. Other than MLT_OK, mlt_last_error() on the same thread has the message,
 *   and mlt_last_error_bytes() the size asked for when memory ran out (-1 when unknown). No C++ exception crosses this border.
 */
#ifndef MALARIALAB_TORCH_H
#define MALARIALAB_TORCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MLT_API __attribute__((visibility("default")))

typedef struct mlt_tensor_s* mlt_tensor;
typedef struct mlt_generator_s* mlt_generator;
typedef struct mlt_guard_s* mlt_guard;
typedef struct mlt_operator_s* mlt_operator; /* owned by LibTorch's dispatcher, lives as long as the process */

enum { MLT_OK = 0, MLT_ERROR = 1, MLT_OUT_OF_MEMORY = 2, MLT_UNAVAILABLE = 3 };

MLT_API const char* mlt_last_error(void);
MLT_API int64_t mlt_last_error_bytes(void);

/* ---- operators: any ATen operator through the dispatcher, by its schema ---- */

enum {
  MLT_NONE = 0, MLT_TENSOR = 1, MLT_INT = 2, MLT_DOUBLE = 3, MLT_BOOL = 4, MLT_INTS = 5, MLT_DOUBLES = 6,
  MLT_TENSORS = 7, MLT_STRING = 8, MLT_DEVICE = 9, MLT_GENERATOR = 10, MLT_DEFAULT = 11, MLT_BOOLS = 12
};

/* kind says which member holds the value; lists: pointer and count; a device: as mlt_tensor_device packs it. */
typedef struct {
  int32_t kind;
  int32_t count;
  union {
    int64_t i;
    double d;
    const void* p;
  };
} mlt_value;

MLT_API int mlt_operator_find(const char* name, const char* overload, mlt_operator* result);
/* Missing trailing arguments and MLT_DEFAULT take the schema's default. Results come in order, tensor lists flattened, as
 * MLT_TENSOR (new handles), MLT_INT, MLT_DOUBLE or MLT_BOOL; capacity 0 drops them. */
MLT_API int mlt_operator_call(mlt_operator op, const mlt_value* arguments, int32_t count, mlt_value* results, int32_t capacity,
                              int32_t* result_count);

/* ---- tensors ---- */

MLT_API void mlt_tensor_free(mlt_tensor t);
MLT_API int64_t mlt_live_tensors(void); /* handles alive in the process */
MLT_API int mlt_tensor_wrap(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, mlt_tensor* result);
MLT_API int mlt_tensor_copy_in(const void* data, const int64_t* sizes, int32_t dims, int32_t dtype, mlt_tensor* result);
MLT_API int mlt_tensor_copy_out(mlt_tensor t, void* destination, int64_t bytes); /* row-major whatever the strides */
MLT_API int mlt_tensor_data(mlt_tensor t, void** result);                        /* CPU only */
MLT_API int mlt_tensor_alias(mlt_tensor t, mlt_tensor* result);                  /* another handle to the same tensor */
MLT_API int32_t mlt_tensor_dims(mlt_tensor t);
MLT_API void mlt_tensor_sizes(mlt_tensor t, int64_t* sizes);
MLT_API int mlt_tensor_strides(mlt_tensor t, int64_t* strides);
MLT_API int64_t mlt_tensor_numel(mlt_tensor t);
MLT_API int32_t mlt_tensor_dtype(mlt_tensor t);
MLT_API int32_t mlt_tensor_device(mlt_tensor t); /* device type * 256 + index + 1 (0: no index) */
MLT_API int mlt_tensor_is_contiguous(mlt_tensor t, int32_t memory_format, int32_t* result);
MLT_API int mlt_tensor_item(mlt_tensor t, double* real, int64_t* integer);

/* relu(max_pool2d(input, kernel, stride)), fused where the input is float32, channels-last and on the CPU. */
MLT_API int mlt_relu_max_pool2d(mlt_tensor input, int64_t kernel, int64_t stride, mlt_tensor* result);

/* conv2d with square kernels, whose weight gradient is one matrix product where the input is float32 on the CPU. bias may be null. */
MLT_API int mlt_small_map_conv2d(mlt_tensor input, mlt_tensor weight, mlt_tensor bias, int64_t stride, int64_t margin, mlt_tensor* result);

/* ---- batch normalisation of a batch cut into shards, each on a thread of its own (CPU) ---- */

/* A group is the caller's until mlt_shard_group_free and outlives every graph that was recorded with it. */
typedef struct mlt_shard_group_s* mlt_shard_group;
MLT_API int mlt_shard_group_new(mlt_shard_group* result);
MLT_API void mlt_shard_group_free(mlt_shard_group group);
/* Before the members' forward, when nobody is inside. At most at_once of the members that entered compute; those that wait for the others do not count. */
MLT_API int mlt_shard_group_begin(mlt_shard_group group, int32_t members, int32_t at_once);
MLT_API void mlt_shard_group_enter(mlt_shard_group group);
MLT_API void mlt_shard_group_leave(mlt_shard_group group);
MLT_API void mlt_shard_group_abort(mlt_shard_group group);                 /* a member failed: those that wait for it fail too */
/* Blocks until every member has called it with the same layer; so does its backward. */
MLT_API int mlt_sharded_batch_norm(mlt_tensor input, mlt_tensor weight, mlt_tensor bias, mlt_tensor running_mean, mlt_tensor running_var,
                                   double momentum, double epsilon, int32_t relu, mlt_shard_group group, int32_t member, mlt_tensor* result);

/* ---- autograd ---- */

MLT_API int32_t mlt_tensor_requires_grad(mlt_tensor t);
MLT_API int mlt_tensor_set_requires_grad(mlt_tensor t, int32_t value);
MLT_API int32_t mlt_tensor_is_leaf(mlt_tensor t);
MLT_API int mlt_tensor_grad(mlt_tensor t, mlt_tensor* result); /* NULL where there is none */
MLT_API int mlt_tensor_set_grad(mlt_tensor t, mlt_tensor grad); /* NULL clears */
MLT_API int mlt_backward(mlt_tensor loss, mlt_tensor gradient, int32_t retain_graph);
MLT_API int mlt_grad(mlt_tensor output, mlt_tensor gradient, const mlt_tensor* inputs, int32_t count, int32_t retain_graph,
                     int32_t create_graph, mlt_tensor* results); /* NULL where an input had no part in the output */
MLT_API int32_t mlt_grad_enabled(void);
MLT_API void mlt_set_grad_enabled(int32_t value);
MLT_API int mlt_inference_mode_begin(mlt_guard* result);
MLT_API int mlt_autocast_begin(int32_t device_type, int32_t dtype, int32_t enabled, mlt_guard* result);
MLT_API void mlt_guard_end(mlt_guard guard);

/* ---- random numbers ---- */

MLT_API int mlt_manual_seed(uint64_t seed); /* every device's default generator */
MLT_API int mlt_generator_new(int32_t device, uint64_t seed, mlt_generator* result);
MLT_API int mlt_generator_default(int32_t device, mlt_generator* result);
MLT_API void mlt_generator_free(mlt_generator g);
MLT_API int mlt_generator_seed(mlt_generator g, uint64_t seed);
MLT_API int mlt_generator_get_state(mlt_generator g, mlt_tensor* result);
MLT_API int mlt_generator_set_state(mlt_generator g, mlt_tensor state);

/* ---- the process ---- */

MLT_API const char* mlt_version(void);
MLT_API int mlt_describe(char* buffer, int64_t capacity); /* LibTorch's own account of its build, cut to fit */
MLT_API int32_t mlt_get_num_threads(void);
MLT_API int mlt_set_num_threads(int32_t n);        /* default of new threads, the calling thread, and BLAS */
MLT_API int mlt_set_num_threads_here(int32_t n);   /* the calling thread alone */
/* Freed CPU memory stays with the process instead of going back to the kernel, so that every training step finds its buffers mapped. */
MLT_API void mlt_keep_freed_memory(void);
MLT_API int mlt_set_deterministic(int32_t enabled, int32_t warn_only);
MLT_API int32_t mlt_get_deterministic(void);
enum { MLT_CUDNN_ENABLED = 0, MLT_CUDNN_BENCHMARK = 1, MLT_CUDNN_DETERMINISTIC = 2, MLT_CUDNN_TF32 = 3, MLT_CUBLAS_TF32 = 4, MLT_MKLDNN_ENABLED = 5 };
MLT_API int32_t mlt_get_switch(int32_t which);
MLT_API int mlt_set_switch(int32_t which, int32_t value);

/* ---- flat optimizers: contiguous buffers of one length and type; unused states are NULL ---- */

enum {
  MLT_SGD = 0, MLT_ADAGRAD = 1, MLT_RMSPROP = 2, MLT_ADAM = 3
};
typedef struct {
  int32_t algorithm;
  int32_t epsilon_inside;  /* Adagrad, RMSprop: sqrt(x + eps) instead of sqrt(x) + eps */
  int32_t epsilon_hat;     /* Adam: Keras' form; 0: PyTorch's, epsilon after the bias correction of v */
  int32_t nesterov;
  int32_t amsgrad;
  int32_t decoupled_decay; /* AdamW; 0: decay is added to the gradient */
  int32_t rate_on_apply;   /* SGD, RMSprop with momentum: the rate multiplies the velocity (PyTorch), not what enters it (Keras) */
  int32_t reserved;
  int64_t step;            /* from 1 */
  double learning_rate, momentum, rho, beta1, beta2, epsilon, weight_decay, gradient_scale;
} mlt_optimizer;

MLT_API int mlt_optimizer_step(const mlt_optimizer* rule, mlt_tensor parameters, mlt_tensor gradients, mlt_tensor state0,
                               mlt_tensor state1, mlt_tensor state2);
MLT_API int mlt_ema_update(mlt_tensor average, mlt_tensor parameters, double decay);
/* destination = sources[0] + sources[1] + ... in this order, whatever the thread count; destination may be sources[0]. */
MLT_API int mlt_sum_buffers(mlt_tensor destination, const mlt_tensor* sources, int32_t count, double scale);
MLT_API int mlt_global_norm(mlt_tensor buffer, double* result); /* Euclidean, in double, the same for every thread count */

/* ---- CUDA: MLT_UNAVAILABLE in a build without it ---- */

typedef struct mlt_cuda_graph_s* mlt_cuda_graph;
MLT_API int32_t mlt_cuda_built(void);
MLT_API int32_t mlt_cuda_is_available(void);
MLT_API int32_t mlt_cuda_device_count(void);
MLT_API int mlt_cuda_device_name(int32_t device, char* buffer, int32_t capacity, int32_t* major, int32_t* minor);
MLT_API int mlt_cuda_current_device(int32_t* result);
MLT_API int mlt_cuda_set_device(int32_t device);
MLT_API int mlt_cuda_synchronize(int32_t device);
MLT_API int mlt_cuda_empty_cache(void);
/* values: free, total (of the device), allocated, peak allocated, reserved, peak reserved (of this process), in bytes */
MLT_API int mlt_cuda_memory(int32_t device, int64_t* values);
MLT_API int mlt_cuda_reset_peak(int32_t device);
MLT_API int mlt_cuda_graph_new(mlt_cuda_graph* result);
MLT_API void mlt_cuda_graph_free(mlt_cuda_graph graph);
/* Capture runs on a stream of its own between begin and end; end returns the thread to its stream. */
MLT_API int mlt_cuda_graph_begin(mlt_cuda_graph graph);
MLT_API int mlt_cuda_graph_end(mlt_cuda_graph graph);
MLT_API int mlt_cuda_graph_replay(mlt_cuda_graph graph);
MLT_API int mlt_cuda_side_stream_begin(mlt_guard* result); /* warm-up before a capture has to run off the default stream */

#ifdef __cplusplus
}
#endif
#endif
