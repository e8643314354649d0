// max(ReLU(x)) over windows in one pass over channels-last memory, remembering the winner of a window in one byte. LibTorch's own
// pool keeps an eight-byte index for each output and needs a second pass for ReLU: in a small network the two cost as much as the
// convolutions. Where the memory is laid out otherwise, or on a GPU, LibTorch's operators do it.
#include "shim.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cstring>

using shim::guarded;
using shim::unwrap;

namespace {

constexpr int64_t lanes = 8;
constexpr uint8_t no_winner = 255;  // the window's greatest was not above 0: ReLU stops its gradient
typedef float floats __attribute__((vector_size(lanes * 4)));
typedef int32_t ints __attribute__((vector_size(lanes * 4)));
typedef uint8_t bytes __attribute__((vector_size(lanes)));

struct Window {
  int64_t kernel, stride, channels, width, out_width;
};

inline bool beats(float value, float best) { return value > best || value != value; }  // a NaN wins and stays

// One row of outputs. x points at the first input row of its windows; winners may be null.
__attribute__((target_clones("avx2", "default"))) void pool_row(const Window& w, const float* x, float* y, uint8_t* winners) {
  for (int64_t o = 0; o < w.out_width; o++) {
    const float* corner = x + o * w.stride * w.channels;
    const int64_t out = o * w.channels;
    int64_t c = 0;
    for (; c + lanes <= w.channels; c += lanes) {
      floats best;
      std::memcpy(&best, corner + c, sizeof best);
      ints winner = {};
      int32_t place = 0;
      for (int64_t row = 0; row < w.kernel; row++)
        for (int64_t column = 0; column < w.kernel; column++, place++) {
          floats value;
          std::memcpy(&value, corner + (row * w.width + column) * w.channels + c, sizeof value);
          const ints better = (value > best) | (value != value);
          best = better ? value : best;
          winner = better ? (ints{} + place) : winner;
        }
      const ints stopped = best <= 0.0f;
      best = stopped ? floats{} : best;
      std::memcpy(y + out + c, &best, sizeof best);
      if (winners) {
        winner = stopped ? (ints{} + no_winner) : winner;
        const bytes packed = __builtin_convertvector(winner, bytes);
        std::memcpy(winners + out + c, &packed, sizeof packed);
      }
    }
    for (; c < w.channels; c++) {
      float best = corner[c];
      int32_t winner = 0, place = 0;
      for (int64_t row = 0; row < w.kernel; row++)
        for (int64_t column = 0; column < w.kernel; column++, place++) {
          const float value = corner[(row * w.width + column) * w.channels + c];
          if (beats(value, best)) best = value, winner = place;
        }
      const bool stopped = best <= 0;
      y[out + c] = stopped ? 0 : best;
      if (winners) winners[out + c] = stopped ? no_winner : static_cast<uint8_t>(winner);
    }
  }
}

// Windows that tile the input: every gradient is written, once.
__attribute__((target_clones("avx2", "default"))) void tile_row_backward(const Window& w, const float* dy, const uint8_t* winners, float* dx) {
  for (int64_t o = 0; o < w.out_width; o++) {
    float* corner = dx + o * w.stride * w.channels;
    const int64_t out = o * w.channels;
    int64_t c = 0;
    for (; c + lanes <= w.channels; c += lanes) {
      floats gradient;
      std::memcpy(&gradient, dy + out + c, sizeof gradient);
      bytes packed;
      std::memcpy(&packed, winners + out + c, sizeof packed);
      const ints winner = __builtin_convertvector(packed, ints);
      int32_t place = 0;
      for (int64_t row = 0; row < w.kernel; row++)
        for (int64_t column = 0; column < w.kernel; column++, place++) {
          const floats part = (winner == place) ? gradient : floats{};
          std::memcpy(corner + (row * w.width + column) * w.channels + c, &part, sizeof part);
        }
    }
    for (; c < w.channels; c++) {
      int32_t place = 0;
      for (int64_t row = 0; row < w.kernel; row++)
        for (int64_t column = 0; column < w.kernel; column++, place++)
          corner[(row * w.width + column) * w.channels + c] = winners[out + c] == place ? dy[out + c] : 0;
    }
  }
}

// Windows that overlap or leave gaps: gradients are added where they belong, over memory that was zeroed.
void row_backward(const Window& w, const float* dy, const uint8_t* winners, float* dx) {
  for (int64_t o = 0; o < w.out_width; o++)
    for (int64_t c = 0; c < w.channels; c++) {
      const int64_t winner = winners[o * w.channels + c];
      if (winner != no_winner)
        dx[((winner / w.kernel) * w.width + o * w.stride + winner % w.kernel) * w.channels + c] += dy[o * w.channels + c];
    }
}

struct ReluMaxPool : torch::autograd::Function<ReluMaxPool> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, int64_t kernel, int64_t stride) {
    const int64_t images = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
    const int64_t out_height = (height - kernel) / stride + 1, out_width = (width - kernel) / stride + 1;
    const bool records = x.requires_grad();
    auto y = at::empty({images, channels, out_height, out_width}, x.options(), at::MemoryFormat::ChannelsLast);
    auto winners = at::empty({records ? y.numel() : 0}, x.options().dtype(at::kByte));
    const Window window{kernel, stride, channels, width, out_width};
    const float* from = x.data_ptr<float>();
    float* to = y.data_ptr<float>();
    uint8_t* index = records ? winners.data_ptr<uint8_t>() : nullptr;
    at::parallel_for(0, images * out_height, 1 + 32768 / (out_width * channels), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) {
        const int64_t out = row * out_width * channels;
        const int64_t first = (row / out_height) * height + (row % out_height) * stride;
        pool_row(window, from + first * width * channels, to + out, index ? index + out : nullptr);
      }
    });
    context->save_for_backward({winners});
    context->saved_data["size"] = x.sizes();
    context->saved_data["kernel"] = kernel;
    context->saved_data["stride"] = stride;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const auto winners = context->get_saved_variables()[0];
    const auto size = context->saved_data["size"].toIntVector();
    const int64_t kernel = context->saved_data["kernel"].toInt(), stride = context->saved_data["stride"].toInt();
    const int64_t images = size[0], channels = size[1], height = size[2], width = size[3], out_height = dy.size(2), out_width = dy.size(3);
    const bool tiles = kernel == stride;
    auto dx = at::empty(size, dy.options(), at::MemoryFormat::ChannelsLast);
    if (!tiles || out_height * kernel != height || out_width * kernel != width) dx.zero_();
    const Window window{kernel, stride, channels, width, out_width};
    const float* from = dy.data_ptr<float>();
    const uint8_t* index = winners.data_ptr<uint8_t>();
    float* to = dx.data_ptr<float>();
    at::parallel_for(0, images, 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin * out_height; row < end * out_height; row++) {
        const int64_t out = row * out_width * channels;
        const int64_t first = (row / out_height) * height + (row % out_height) * stride;
        float* target = to + first * width * channels;
        if (tiles) tile_row_backward(window, from + out, index + out, target);
        else row_backward(window, from + out, index + out, target);
      }
    });
    return {dx, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

int mlt_relu_max_pool2d(mlt_tensor input, int64_t kernel, int64_t stride, mlt_tensor* result) {
  return guarded("relu_max_pool2d", {input}, [&] {
    const auto& x = unwrap(input);
    TORCH_CHECK(kernel > 0 && stride > 0, "a window of ", kernel, " with step ", stride, " is none");
    const bool fused = x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
                       kernel * kernel < no_winner && x.size(2) >= kernel && x.size(3) >= kernel && x.numel() > 0;
    *result = shim::wrap(fused ? ReluMaxPool::apply(x, kernel, stride) : at::relu(at::max_pool2d(x, {kernel, kernel}, {stride, stride})));
  });
}
