// Optimizer steps fused over flat buffers: one pass over the memory on a CPU, a handful of kernels on a GPU.
// Formulas: Keras' (see golden reference of the tests) and torch.optim's.
#include "shim.h"

#include <cmath>

using shim::guarded;
using shim::unwrap;

namespace {

constexpr int64_t grain = 1 << 15;

template <class T>
struct Buffers {
  T* p;
  T* g;
  T* s0;
  T* s1;
  T* s2;
};

// Runs `update(i)` over all elements; every element stands alone, so the result doesn't depend on the thread count.
template <class Update>
void each(int64_t n, Update update) {
  at::parallel_for(0, n, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) update(i);
  });
}

// The gradient as the rule sees it: scaled (clipping, averaging) and, for coupled decay, with the decay added.
template <class T>
struct Rule {
  explicit Rule(const mlt_optimizer& o)
      : lr(static_cast<T>(o.learning_rate)), scale(static_cast<T>(o.gradient_scale)),
        coupled(static_cast<T>(o.decoupled_decay ? 0 : o.weight_decay)),
        keep(static_cast<T>(o.decoupled_decay ? 1 - o.learning_rate * o.weight_decay : 1)) {}
  T gradient(const Buffers<T>& b, int64_t i) const { return b.g[i] * scale + coupled * b.p[i]; }
  T lr, scale, coupled, keep;
};

template <class T>
void sgd(const mlt_optimizer& o, const Buffers<T>& b, int64_t n) {
  const Rule<T> rule(o);
  const T momentum = static_cast<T>(o.momentum);
  const T in = o.rate_on_apply ? T(1) : rule.lr, out = o.rate_on_apply ? rule.lr : T(1);
  if (!b.s0) {
    each(n, [=](int64_t i) { b.p[i] = b.p[i] * rule.keep - rule.lr * rule.gradient(b, i); });
  } else if (o.nesterov) {
    each(n, [=](int64_t i) {
      const T step = in * rule.gradient(b, i);
      const T velocity = momentum * b.s0[i] - step;
      b.s0[i] = velocity;
      b.p[i] = b.p[i] * rule.keep + out * (momentum * velocity - step);
    });
  } else {
    each(n, [=](int64_t i) {
      const T velocity = momentum * b.s0[i] - in * rule.gradient(b, i);
      b.s0[i] = velocity;
      b.p[i] = b.p[i] * rule.keep + out * velocity;
    });
  }
}

template <class T>
void adagrad(const mlt_optimizer& o, const Buffers<T>& b, int64_t n) {
  const Rule<T> rule(o);
  const T outside = static_cast<T>(o.epsilon_inside ? 0 : o.epsilon), inside = static_cast<T>(o.epsilon_inside ? o.epsilon : 0);
  each(n, [=](int64_t i) {
    const T g = rule.gradient(b, i);
    const T sum = b.s0[i] + g * g;
    b.s0[i] = sum;
    const T root = std::sqrt(sum + inside) + outside;
    b.p[i] = b.p[i] * rule.keep - (root > 0 ? rule.lr * g / root : T(0));
  });
}

template <class T>
void rmsprop(const mlt_optimizer& o, const Buffers<T>& b, int64_t n) {
  const Rule<T> rule(o);
  const T rho = static_cast<T>(o.rho), rest = static_cast<T>(1 - o.rho), momentum = static_cast<T>(o.momentum);
  const T outside = static_cast<T>(o.epsilon_inside ? 0 : o.epsilon), inside = static_cast<T>(o.epsilon_inside ? o.epsilon : 0);
  const T in = o.rate_on_apply ? T(1) : rule.lr, out = o.rate_on_apply ? rule.lr : T(1);
  each(n, [=](int64_t i) {
    const T g = rule.gradient(b, i);
    const T mean_square = rho * b.s0[i] + rest * g * g;
    b.s0[i] = mean_square;
    const T root = std::sqrt(mean_square + inside) + outside;
    T step = root > 0 ? in * g / root : T(0);
    if (b.s1) b.s1[i] = step = momentum * b.s1[i] + step;
    b.p[i] = b.p[i] * rule.keep - out * step;
  });
}

template <class T>
void adam(const mlt_optimizer& o, const Buffers<T>& b, int64_t n) {
  const Rule<T> rule(o);
  const double correction1 = 1 - std::pow(o.beta1, static_cast<double>(o.step));
  const double correction2 = std::sqrt(1 - std::pow(o.beta2, static_cast<double>(o.step)));
  // Keras: lr sqrt(1-b2^t)/(1-b1^t) m / (sqrt(v) + eps). PyTorch: lr/(1-b1^t) m / (sqrt(v)/sqrt(1-b2^t) + eps), which is
  // the same with eps sqrt(1-b2^t) for eps.
  const T rate = static_cast<T>(o.learning_rate * correction2 / correction1);
  const T epsilon = static_cast<T>(o.epsilon_hat ? o.epsilon : o.epsilon * correction2);
  const T beta1 = static_cast<T>(o.beta1), rest1 = static_cast<T>(1 - o.beta1);
  const T beta2 = static_cast<T>(o.beta2), rest2 = static_cast<T>(1 - o.beta2);
  each(n, [=](int64_t i) {
    const T g = rule.gradient(b, i);
    const T m = beta1 * b.s0[i] + rest1 * g;
    T v = beta2 * b.s1[i] + rest2 * g * g;
    b.s0[i] = m;
    b.s1[i] = v;
    if (b.s2) b.s2[i] = v = std::max(b.s2[i], v);
    b.p[i] = b.p[i] * rule.keep - rate * m / (std::sqrt(v) + epsilon);
  });
}

template <class T>
void step_on_cpu(const mlt_optimizer& o, const Buffers<T>& b, int64_t n) {
  switch (o.algorithm) {
    case MLT_SGD: return sgd(o, b, n);
    case MLT_ADAGRAD: return adagrad(o, b, n);
    case MLT_RMSPROP: return rmsprop(o, b, n);
    case MLT_ADAM: return adam(o, b, n);
    default: TORCH_CHECK(false, "there is no optimizer ", o.algorithm);
  }
}

at::Tensor root(const at::Tensor& square, const mlt_optimizer& o) {
  return o.epsilon_inside ? square.add(o.epsilon).sqrt_() : square.sqrt().add_(o.epsilon);
}

// The same formulas as tensor operations, for buffers on a GPU.
void step_on_device(const mlt_optimizer& o, at::Tensor p, at::Tensor g, at::Tensor s0, at::Tensor s1, at::Tensor s2) {
  if (o.gradient_scale != 1) g = g * o.gradient_scale;
  if (o.weight_decay != 0 && !o.decoupled_decay) g = g.add(p, o.weight_decay);
  if (o.weight_decay != 0 && o.decoupled_decay) p.mul_(1 - o.learning_rate * o.weight_decay);
  const double in = o.rate_on_apply ? 1 : o.learning_rate, out = o.rate_on_apply ? o.learning_rate : 1;
  switch (o.algorithm) {
    case MLT_SGD:
      if (!s0.defined()) {
        p.add_(g, -o.learning_rate);
        break;
      }
      s0.mul_(o.momentum).add_(g, -in);
      if (o.nesterov) p.add_(s0, out * o.momentum).add_(g, -in * out);
      else p.add_(s0, out);
      break;
    case MLT_ADAGRAD:
      s0.addcmul_(g, g);
      p.addcdiv_(g, root(s0, o), -o.learning_rate);
      break;
    case MLT_RMSPROP:
      s0.mul_(o.rho).addcmul_(g, g, 1 - o.rho);
      if (s1.defined()) {
        s1.mul_(o.momentum).addcdiv_(g, root(s0, o), in);
        p.sub_(s1, out);
      } else {
        p.addcdiv_(g, root(s0, o), -o.learning_rate);
      }
      break;
    case MLT_ADAM: {
      const double correction1 = 1 - std::pow(o.beta1, static_cast<double>(o.step));
      const double correction2 = std::sqrt(1 - std::pow(o.beta2, static_cast<double>(o.step)));
      s0.mul_(o.beta1).add_(g, 1 - o.beta1);
      s1.mul_(o.beta2).addcmul_(g, g, 1 - o.beta2);
      auto v = s1;
      if (s2.defined()) {
        at::maximum_out(s2, s2, s1);
        v = s2;
      }
      p.addcdiv_(s0, v.sqrt().add_(o.epsilon_hat ? o.epsilon : o.epsilon * correction2), -o.learning_rate * correction2 / correction1);
      break;
    }
    default: TORCH_CHECK(false, "there is no optimizer ", o.algorithm);
  }
}

at::Tensor optional(mlt_tensor t) { return t ? unwrap(t).detach() : at::Tensor(); }

void check_like(const at::Tensor& reference, const at::Tensor& other, const char* what) {
  if (!other.defined()) return;
  TORCH_CHECK(other.is_contiguous() && other.numel() == reference.numel() && other.scalar_type() == reference.scalar_type() &&
                  other.device() == reference.device(),
              what, " is ", shim::describe(other), ", which is not a contiguous buffer like the parameters' ", shim::describe(reference));
}

template <class T>
T* data(const at::Tensor& t) {
  return t.defined() ? t.data_ptr<T>() : nullptr;
}

template <class T>
void sum(T* destination, const std::vector<const T*>& sources, int64_t n, T scale) {
  at::parallel_for(0, n, grain, [&](int64_t begin, int64_t end) {
    constexpr int64_t block = 1024;  // stays in the first-level cache while the sources stream by
    T total[block];
    for (int64_t at = begin; at < end; at += block) {
      const int64_t width = std::min(block, end - at);
      for (int64_t i = 0; i < width; i++) total[i] = sources[0][at + i];
      for (size_t s = 1; s < sources.size(); s++)
        for (int64_t i = 0; i < width; i++) total[i] += sources[s][at + i];
      for (int64_t i = 0; i < width; i++) destination[at + i] = total[i] * scale;
    }
  });
}

template <class T>
double square_sum(const T* values, int64_t n) {
  const int64_t blocks = (n + grain - 1) / grain;
  std::vector<double> parts(static_cast<size_t>(blocks));
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; block++) {
      double total = 0;
      for (int64_t i = block * grain; i < std::min(n, (block + 1) * grain); i++) total += double(values[i]) * double(values[i]);
      parts[static_cast<size_t>(block)] = total;
    }
  });
  double total = 0;
  for (auto part : parts) total += part;
  return total;
}

}  // namespace

int mlt_optimizer_step(const mlt_optimizer* rule, mlt_tensor parameters, mlt_tensor gradients, mlt_tensor state0,
                       mlt_tensor state1, mlt_tensor state2) {
  return guarded("optimizer.step", {parameters, gradients}, [&] {
    at::NoGradGuard no_grad;
    const auto p = unwrap(parameters).detach(), g = unwrap(gradients).detach();
    const auto s0 = optional(state0), s1 = optional(state1), s2 = optional(state2);
    TORCH_CHECK(p.is_contiguous(), "the parameters are not one contiguous buffer");
    check_like(p, g, "the gradient");
    check_like(p, s0, "the first state");
    check_like(p, s1, "the second state");
    check_like(p, s2, "the third state");
    TORCH_CHECK(rule->algorithm == MLT_SGD || s0.defined(), "the first state is missing");
    TORCH_CHECK(rule->algorithm != MLT_ADAM || s1.defined(), "the second state is missing");
    TORCH_CHECK(!rule->amsgrad || s2.defined(), "the third state, AMSGrad's maximum, is missing");
    if (!p.is_cpu()) {
      step_on_device(*rule, p, g, s0, s1, s2);
    } else if (p.scalar_type() == at::kFloat) {
      step_on_cpu<float>(*rule, {data<float>(p), data<float>(g), data<float>(s0), data<float>(s1), data<float>(s2)}, p.numel());
    } else if (p.scalar_type() == at::kDouble) {
      step_on_cpu<double>(*rule, {data<double>(p), data<double>(g), data<double>(s0), data<double>(s1), data<double>(s2)}, p.numel());
    } else {
      TORCH_CHECK(false, "parameters are float32 or float64");
    }
  });
}

int mlt_ema_update(mlt_tensor average, mlt_tensor parameters, double decay) {
  return guarded("ema_update", {average, parameters}, [&] {
    at::NoGradGuard no_grad;
    auto target = unwrap(average).detach();
    check_like(target, unwrap(parameters).detach(), "the source");
    target.lerp_(unwrap(parameters).detach(), 1 - decay);
  });
}

int mlt_sum_buffers(mlt_tensor destination, const mlt_tensor* sources, int32_t count, double scale) {
  return guarded("sum_buffers", {destination}, [&] {
    at::NoGradGuard no_grad;
    auto target = unwrap(destination).detach();
    TORCH_CHECK(count > 0, "there is nothing to sum");
    TORCH_CHECK(target.is_contiguous(), "the destination is not one contiguous buffer");
    for (int32_t i = 0; i < count; i++) check_like(target, unwrap(sources[i]), "a source");
    const auto add = [&](auto zero) {
      using T = decltype(zero);
      std::vector<const T*> pointers;
      for (int32_t i = 0; i < count; i++) pointers.push_back(data<T>(unwrap(sources[i])));
      sum<T>(data<T>(target), pointers, target.numel(), static_cast<T>(scale));
    };
    if (target.is_cpu() && target.scalar_type() == at::kFloat) {
      add(0.0f);
    } else if (target.is_cpu() && target.scalar_type() == at::kDouble) {
      add(0.0);
    } else {
      auto total = unwrap(sources[0]).detach().clone();
      for (int32_t i = 1; i < count; i++) total.add_(unwrap(sources[i]));
      target.copy_(total.mul_(scale));
    }
  });
}

int mlt_global_norm(mlt_tensor buffer, double* result) {
  return guarded("global_norm", {buffer}, [&] {
    const auto values = unwrap(buffer).detach();
    TORCH_CHECK(values.is_contiguous(), "the buffer is not contiguous");
    if (values.is_cpu() && values.scalar_type() == at::kFloat) *result = std::sqrt(square_sum(data<float>(values), values.numel()));
    else if (values.is_cpu() && values.scalar_type() == at::kDouble) *result = std::sqrt(square_sum(data<double>(values), values.numel()));
    else *result = values.to(at::kDouble).norm().item<double>();
  });
}
