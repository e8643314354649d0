// Batch normalisation over a batch that is cut into shards on several threads: the statistics are those of the whole batch, forward and
// backward, so the shards together compute what one batch would. Normalisation and ReLU are one pass over channels-last memory.
// Sums are added in the order of the shards, in double: the same bits whatever thread computes which shard.
#include "shim.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <vector>

using shim::guarded;
using shim::unwrap;

// Threads that meet to add up what each has. Every member calls sum() equally often.
struct mlt_shard_group_s {
  // Replaces the member's values by the sums over all members.
  void sum(int32_t member, std::vector<double>& values) {
    std::unique_lock<std::mutex> lock(mutex);
    TORCH_CHECK(member >= 0 && member < static_cast<int32_t>(parts.size()), "there is no shard ", member, " in a group of ", parts.size());
    parts[static_cast<size_t>(member)] = &values;
    meet(lock);
    std::vector<double> total(values.size());
    for (const auto* part : parts)
      for (size_t i = 0; i < total.size(); i++) total[i] += (*part)[i];
    meet(lock);  // nobody's values change before everybody has read them
    values.swap(total);
  }

  void begin(int32_t members, int32_t most) {
    std::unique_lock<std::mutex> lock(mutex);
    parts.assign(static_cast<size_t>(members), nullptr);
    arrived = 0;
    at_once = most;
    computing = 0;
    aborted = false;
  }

  // A member computes only between enter and leave, and not while it waits for the others.
  void enter() {
    std::unique_lock<std::mutex> lock(mutex);
    take_turn(lock);
  }

  void leave() {
    std::unique_lock<std::mutex> lock(mutex);
    computing--;
    everybody.notify_all();
  }

  void abort() {
    std::unique_lock<std::mutex> lock(mutex);
    aborted = true;
    everybody.notify_all();
  }

 private:
  void meet(std::unique_lock<std::mutex>& lock) {
    const uint64_t mine = round;
    if (++arrived == parts.size()) {
      arrived = 0;
      round++;
      everybody.notify_all();
    } else {
      computing--;
      everybody.notify_all();
      everybody.wait(lock, [&] { return round != mine || aborted; });
      take_turn(lock);
    }
    TORCH_CHECK(round != mine || !aborted, "another shard of the batch failed");
  }

  void take_turn(std::unique_lock<std::mutex>& lock) {
    everybody.wait(lock, [&] { return computing < at_once || aborted; });
    computing++;
  }

  std::mutex mutex;
  std::condition_variable everybody;
  std::vector<const std::vector<double>*> parts;
  size_t arrived = 0;
  uint64_t round = 0;
  int32_t at_once = 0, computing = 0;
  bool aborted = false;
};

namespace {

constexpr int64_t block = 64;  // rows whose sums fit float32 well before they go on in double

#define MLT_VECTOR __attribute__((target_clones("avx512f", "avx2", "default")))
// No two of them overlap. Unless that is said, the compiler takes the sums of the gradients one number at a time.
using Input = const float* __restrict;
using Output = float* __restrict;

// a += sum(x - shift), b += sum((x - shift)^2) over rows.
MLT_VECTOR void moments_of_block(Input x, Input shift, Output a, Output b, int64_t rows, int64_t channels) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) {
      const float value = x[r * channels + c] - shift[c];
      a[c] += value;
      b[c] += value * value;
    }
}

MLT_VECTOR void normalise(Input x, Input factor, Input offset, Output y, int64_t rows, int64_t channels, float floor) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) {
      const float value = x[r * channels + c] * factor[c] + offset[c];
      y[r * channels + c] = value < floor ? floor : value;  // a NaN is not below and stays
    }
}

// a += sum(g), b += sum(g (x - mean)) over rows, g the gradient where the output was above the floor; computed again, for that is quicker than to read it.
MLT_VECTOR void gradient_sums_of_block(Input x, Input gain, Input offset, Input dy, Input mean, Output a, Output b, int64_t rows, int64_t channels,
                                       float floor) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) {
      const int64_t i = r * channels + c;
      const float gradient = x[i] * gain[c] + offset[c] > floor ? dy[i] : 0.0f;
      a[c] += gradient;
      b[c] += gradient * (x[i] - mean[c]);
    }
}

// dx = factor g + slope (x - mean) + constant
MLT_VECTOR void input_gradient(Input x, Input gain, Input offset, Input dy, Input mean, Input factor, Input slope, Input constant, Output dx, int64_t rows,
                               int64_t channels, float floor) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) {
      const int64_t i = r * channels + c;
      const float gradient = x[i] * gain[c] + offset[c] > floor ? dy[i] : 0.0f;
      dx[i] = factor[c] * gradient + slope[c] * (x[i] - mean[c]) + constant[c];
    }
}

// Two sums a channel over all rows, block by block; the first half of the result holds a, the second b.
template <class Block>
std::vector<double> channel_sums(int64_t rows, int64_t channels, Block&& sums_of_block) {
  std::vector<double> total(static_cast<size_t>(2 * channels + 1));
  std::vector<float> part(static_cast<size_t>(2 * channels));
  for (int64_t row = 0; row < rows; row += block) {
    std::fill(part.begin(), part.end(), 0.0f);
    sums_of_block(row, std::min(block, rows - row), part.data(), part.data() + channels);
    for (size_t i = 0; i < part.size(); i++) total[i] += part[i];
  }
  total.back() = static_cast<double>(rows);
  return total;
}

at::Tensor channel_floats(int64_t channels) { return at::empty({channels}, at::kFloat); }

struct ShardedBatchNorm : torch::autograd::Function<ShardedBatchNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const at::Tensor& running_mean, const at::Tensor& running_var, double momentum, double epsilon, bool relu,
                            int64_t group_address, int64_t member) {
    auto& group = *reinterpret_cast<mlt_shard_group_s*>(group_address);
    const auto x = input.contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t channels = x.size(1), rows = x.numel() / channels;
    const float* from = x.data_ptr<float>();
    // The running mean is near the batch's: sums around it lose no digits. Copied, for the first shard writes it below.
    const auto shift = running_mean.detach().clone();
    const float* shifts = shift.data_ptr<float>();
    auto sums = channel_sums(rows, channels, [&](int64_t row, int64_t count, float* a, float* b) {
      moments_of_block(from + row * channels, shifts, a, b, count, channels);
    });
    group.sum(static_cast<int32_t>(member), sums);
    const double total = sums.back();

    const auto mean = channel_floats(channels), factor = channel_floats(channels), offset = channel_floats(channels), inverse = channel_floats(channels);
    const float *weights = weight.data_ptr<float>(), *biases = bias.data_ptr<float>();
    float *means = running_mean.data_ptr<float>(), *variances = running_var.data_ptr<float>();
    for (int64_t c = 0; c < channels; c++) {
      const double around = sums[static_cast<size_t>(c)] / total;
      const double variance = std::max(0.0, sums[static_cast<size_t>(channels + c)] / total - around * around);
      const double average = shifts[c] + around, scale = 1 / std::sqrt(variance + epsilon);
      mean.data_ptr<float>()[c] = static_cast<float>(average);
      inverse.data_ptr<float>()[c] = static_cast<float>(scale);
      factor.data_ptr<float>()[c] = static_cast<float>(weights[c] * scale);
      offset.data_ptr<float>()[c] = static_cast<float>(biases[c] - weights[c] * scale * average);
      if (member == 0) {
        means[c] += static_cast<float>(momentum * (average - means[c]));
        variances[c] += static_cast<float>(momentum * (variance * total / std::max(1.0, total - 1) - variances[c]));
      }
    }
    const float floor = relu ? 0.0f : -INFINITY;
    auto y = at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
    normalise(from, factor.data_ptr<float>(), offset.data_ptr<float>(), y.data_ptr<float>(), rows, channels, floor);
    context->save_for_backward({x, weight, mean, inverse, factor, offset});
    context->saved_data["relu"] = relu;
    context->saved_data["group"] = group_address;
    context->saved_data["member"] = member;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &mean = saved[2], &inverse = saved[3];
    const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    auto& group = *reinterpret_cast<mlt_shard_group_s*>(context->saved_data["group"].toInt());
    const float floor = context->saved_data["relu"].toBool() ? 0.0f : -INFINITY;
    const int64_t channels = x.size(1), rows = x.numel() / channels;
    const float *xs = x.data_ptr<float>(), *dys = dy.data_ptr<float>(), *means = mean.data_ptr<float>();
    const float *gains = saved[4].data_ptr<float>(), *offsets = saved[5].data_ptr<float>();
    auto sums = channel_sums(rows, channels, [&](int64_t row, int64_t count, float* a, float* b) {
      const int64_t at = row * channels;
      gradient_sums_of_block(xs + at, gains, offsets, dys + at, means, a, b, count, channels, floor);
    });
    const auto own = sums;
    group.sum(static_cast<int32_t>(context->saved_data["member"].toInt()), sums);
    const double total = sums.back();

    auto dweight = channel_floats(channels), dbias = channel_floats(channels);
    const auto factor = channel_floats(channels), slope = channel_floats(channels), constant = channel_floats(channels);
    for (int64_t c = 0; c < channels; c++) {
      const double scale = inverse.data_ptr<float>()[c], gain = weight.data_ptr<float>()[c] * scale;
      const auto a = static_cast<size_t>(c), b = static_cast<size_t>(channels + c);
      dbias.data_ptr<float>()[c] = static_cast<float>(own[a]);
      dweight.data_ptr<float>()[c] = static_cast<float>(own[b] * scale);
      factor.data_ptr<float>()[c] = static_cast<float>(gain);
      constant.data_ptr<float>()[c] = static_cast<float>(-gain * sums[a] / total);
      slope.data_ptr<float>()[c] = static_cast<float>(-gain * scale * scale * sums[b] / total);
    }
    at::Tensor dx;
    if (context->needs_input_grad(0)) {
      dx = at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
      input_gradient(xs, gains, offsets, dys, means, factor.data_ptr<float>(), slope.data_ptr<float>(), constant.data_ptr<float>(), dx.data_ptr<float>(), rows,
                     channels, floor);
    }
    return {dx, dweight, dbias, {}, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

int mlt_shard_group_new(mlt_shard_group* result) {
  return guarded("shard_group", [&] { *result = new mlt_shard_group_s(); });
}

void mlt_shard_group_free(mlt_shard_group group) { delete group; }

int mlt_shard_group_begin(mlt_shard_group group, int32_t members, int32_t at_once) {
  return guarded("shard_group", [&] {
    TORCH_CHECK(members > 0 && at_once > 0, "a group has at least one shard, and at least one computes");
    group->begin(members, at_once);
  });
}

void mlt_shard_group_enter(mlt_shard_group group) { group->enter(); }

void mlt_shard_group_leave(mlt_shard_group group) { group->leave(); }

void mlt_shard_group_abort(mlt_shard_group group) { group->abort(); }

int mlt_sharded_batch_norm(mlt_tensor input, mlt_tensor weight, mlt_tensor bias, mlt_tensor running_mean, mlt_tensor running_var, double momentum,
                           double epsilon, int32_t relu, mlt_shard_group group, int32_t member, mlt_tensor* result) {
  return guarded("sharded_batch_norm", {input, weight, bias}, [&] {
    // Under autocast a convolution gives bfloat16, whose eight bits are too few for sums over a batch.
    const auto given = unwrap(input).scalar_type();
    const auto x = given == at::kBFloat16 ? unwrap(input).to(at::kFloat) : unwrap(input);
    TORCH_CHECK(x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0, "takes float32 and bfloat16 pictures on the CPU");
    for (auto t : {weight, bias, running_mean, running_var})
      TORCH_CHECK(unwrap(t).numel() == x.size(1) && unwrap(t).is_contiguous() && unwrap(t).scalar_type() == at::kFloat, "needs one float32 value a channel");
    *result = shim::wrap(ShardedBatchNorm::apply(x, unwrap(weight), unwrap(bias), unwrap(running_mean), unwrap(running_var), momentum, epsilon, relu != 0,
                                                 reinterpret_cast<int64_t>(group), static_cast<int64_t>(member)));
  });
}
