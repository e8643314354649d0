// Convolution of a map of few pixels under many channels: oneDNN's weight gradient, which cuts such a task by pixels, takes three times as long there as
// one matrix product over the gathered windows. Forward and the input's gradient stay LibTorch's.
#include "shim.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cstring>

using shim::guarded;
using shim::unwrap;

namespace {

// The window of every output pixel as a row [kernel][kernel][channels], zeros outside the picture.
at::Tensor windows(const at::Tensor& x, int64_t out_height, int64_t out_width, int64_t kernel, int64_t stride, int64_t margin) {
  const int64_t images = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
  auto result = at::empty({images * out_height * out_width, kernel * kernel * channels}, x.options());
  const float* from = x.data_ptr<float>();
  float* to = result.data_ptr<float>();
  for (int64_t n = 0; n < images; n++)
    for (int64_t row = 0; row < out_height; row++)
      for (int64_t column = 0; column < out_width; column++)
        for (int64_t i = 0; i < kernel; i++)
          for (int64_t j = 0; j < kernel; j++, to += channels) {
            const int64_t y = row * stride + i - margin, z = column * stride + j - margin;
            if (y < 0 || y >= height || z < 0 || z >= width)
              std::memset(to, 0, static_cast<size_t>(channels) * sizeof(float));
            else
              std::memcpy(to, from + ((n * height + y) * width + z) * channels, static_cast<size_t>(channels) * sizeof(float));
          }
  return result;
}

struct SmallMapConv : torch::autograd::Function<SmallMapConv> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const compat::optional<at::Tensor>& bias, int64_t stride, int64_t margin) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["margin"] = margin;
    context->saved_data["biased"] = bias.has_value();
    return at::conv2d(x, weight, bias, {stride, stride}, {margin, margin});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    const int64_t stride = context->saved_data["stride"].toInt(), margin = context->saved_data["margin"].toInt();
    const int64_t filters = weight.size(0), channels = weight.size(1), kernel = weight.size(2);
    const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor dx, dweight, dbias;
    if (context->needs_input_grad(0))
      dx = std::get<0>(at::convolution_backward(dy, x, weight, {}, {stride, stride}, {margin, margin}, {1, 1}, false, {0, 0}, 1, {true, false, false}));
    if (context->needs_input_grad(1)) {
      const auto rows = dy.permute({0, 2, 3, 1}).reshape({-1, filters});
      const auto patches = windows(x.contiguous(at::MemoryFormat::ChannelsLast), dy.size(2), dy.size(3), kernel, stride, margin);
      dweight = at::mm(rows.t(), patches).view({filters, kernel, kernel, channels}).permute({0, 3, 1, 2});
    }
    if (context->saved_data["biased"].toBool() && context->needs_input_grad(2)) dbias = dy.sum({0, 2, 3});
    return {dx, dweight, dbias, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

int mlt_small_map_conv2d(mlt_tensor input, mlt_tensor weight, mlt_tensor bias, int64_t stride, int64_t margin, mlt_tensor* result) {
  return guarded("small_map_conv2d", {input, weight, bias}, [&] {
    const auto &x = unwrap(input), &w = unwrap(weight);
    const auto b = bias ? compat::optional<at::Tensor>(unwrap(bias)) : compat::optional<at::Tensor>();
    TORCH_CHECK(x.dim() == 4 && w.dim() == 4 && x.size(1) == w.size(1) && w.size(2) == w.size(3), "takes pictures and square kernels of as many channels");
    const bool ours = x.is_cpu() && x.scalar_type() == at::kFloat && !compat::autocast_enabled(at::kCPU);
    *result = shim::wrap(ours ? SmallMapConv::apply(x, w, b, stride, margin) : at::conv2d(x, w, b, {stride, stride}, {margin, margin}));
  });
}
