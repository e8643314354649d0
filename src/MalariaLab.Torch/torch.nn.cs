using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

/// <summary>What a loss does with the values of its samples.</summary>
public enum Reduction
{
    /// <summary>Keeps them.</summary>
    None = 0,
    /// <summary>Their mean.</summary>
    Mean = 1,
    /// <summary>Their sum.</summary>
    Sum = 2,
}

/// <summary>How pixels between the grid are read.</summary>
public enum GridSampleMode
{
    /// <summary>Weighted mean of the four around.</summary>
    Bilinear = 0,
    /// <summary>The nearest.</summary>
    Nearest = 1,
    /// <summary>Cubic in the sixteen around.</summary>
    Bicubic = 2,
}

/// <summary>What lies outside the picture.</summary>
public enum GridSamplePaddingMode
{
    /// <summary>Black.</summary>
    Zeros = 0,
    /// <summary>Its border.</summary>
    Border = 1,
    /// <summary>Its mirror image.</summary>
    Reflection = 2,
}

public static partial class torch
{
    /// <summary>Neural networks.</summary>
    public static partial class nn
    {
        /// <summary>Layers as functions. Pictures are [batch, channel, row, column]; a pair of lengths is [row, column], one stands for both.</summary>
        public static partial class functional
        {
            private static readonly Operator AdaptiveAvgPool2dOp = new("aten::adaptive_avg_pool2d");
            private static readonly Operator AvgPool2dOp = new("aten::avg_pool2d");
            private static readonly Operator BatchNormOp = new("aten::batch_norm");
            private static readonly Operator Conv2dOp = new("aten::conv2d");
            private static readonly Operator DropoutOp = new("aten::dropout");
            private static readonly Operator GeluOp = new("aten::gelu");
            private static readonly Operator LeakyReluOp = new("aten::leaky_relu");
            private static readonly Operator LinearOp = new("aten::linear");
            private static readonly Operator LogSoftmaxOp = new("aten::log_softmax", "int");
            private static readonly Operator MaxPool2dOp = new("aten::max_pool2d");
            private static readonly Operator PadOp = new("aten::constant_pad_nd");
            private static readonly Operator SiluOp = new("aten::silu");
            private static readonly Operator SoftmaxOp = new("aten::softmax", "int");
            private static readonly Operator SoftplusOp = new("aten::softplus");

            /// <summary>x weightᵀ + bias; weight is [out, in].</summary>
            public static Tensor linear(Tensor input, Tensor weight, Tensor? bias = null) => LinearOp.Call(input, weight, bias);

            /// <summary>Convolution; weight is [out, in / groups, rows, columns].</summary>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null,
                long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Conv2dOp.Call(input, weight, bias, strides ?? [1], padding ?? [0], dilation ?? [1], groups);

            /// <summary>
            /// <see cref="conv2d"/> with square kernels, for maps of few pixels and many channels: the gradient of the weight is one matrix product where
            /// the picture is float32 on the CPU.
            /// </summary>
            public static Tensor small_map_conv2d(Tensor input, Tensor weight, Tensor? bias, long stride, long padding)
            {
                Native.Check(Native.mlt_small_map_conv2d(input.Handle, weight.Handle, bias?.Handle.DangerousGetHandle() ?? 0, stride, padding, out var result));
                GC.KeepAlive(bias);
                return new Tensor(result);
            }

            /// <summary>Greatest of each window.</summary>
            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                MaxPool2dOp.Call(input, kernel_size, strides ?? [], padding ?? [0], dilation ?? [1], ceil_mode);

            /// <summary>
            /// Greatest of each square window, or 0: ReLU and pool in either order. One pass over the memory where the picture is
            /// channels-last float32 on the CPU; else as the two operators.
            /// </summary>
            public static Tensor relu_max_pool2d(Tensor input, long kernel_size, long? stride = null)
            {
                Native.Check(Native.mlt_relu_max_pool2d(input.Handle, kernel_size, stride ?? kernel_size, out var result));
                return new Tensor(result);
            }

            /// <summary>Mean of each window.</summary>
            public static Tensor avg_pool2d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true) =>
                AvgPool2dOp.Call(input, kernel_size, strides ?? [], padding ?? [0], ceil_mode, count_include_pad);

            /// <summary>Means over a grid of this many windows; [1] is global average pooling.</summary>
            public static Tensor adaptive_avg_pool2d(Tensor input, params long[] output_size) =>
                AdaptiveAvgPool2dOp.Call(input, output_size.Length == 1 ? [output_size[0], output_size[0]] : output_size);

            /// <summary>
            /// Normalised by the batch's statistics in training, which move the running ones by <paramref name="momentum"/> in place
            /// (PyTorch's momentum: the share of the new), else by the running ones.
            /// </summary>
            public static Tensor batch_norm(
                Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null,
                bool training = false, double momentum = 0.1, double eps = 1e-5) =>
                BatchNormOp.Call(input, weight, bias, running_mean, running_var, training, momentum, eps, true);

            /// <summary>
            /// Each element 0 with probability p, else divided by 1 - p. Draws come from <paramref name="generator"/>, or from the
            /// process-wide one, whose order is undefined where several threads draw.
            /// </summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, Generator? generator = null)
            {
                if (!training || p == 0)
                    return input;
                if (generator is null)
                    return DropoutOp.Call(input, p, true);
                var mask = empty_like(input).bernoulli_(1 - p, generator);
                return input.mul(p < 1 ? mask.div_(1 - p) : mask);
            }

            /// <summary>max(x, 0).</summary>
            public static Tensor relu(Tensor input, bool inplace = false) => inplace ? input.relu_() : input.relu();
            /// <summary>max(x, 0) + slope min(x, 0).</summary>
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01) => LeakyReluOp.Call(input, negative_slope);
            /// <summary>x Phi(x).</summary>
            public static Tensor gelu(Tensor input) => GeluOp.Call(input);
            /// <summary>x sigmoid(x).</summary>
            public static Tensor silu(Tensor input) => SiluOp.Call(input);
            /// <summary>ln(1 + e to the x), without overflow.</summary>
            public static Tensor softplus(Tensor input) => SoftplusOp.Call(input);
            /// <summary>1/(1 + exp(-x)).</summary>
            public static Tensor sigmoid(Tensor input) => input.sigmoid();
            /// <summary>Probabilities along an axis.</summary>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => SoftmaxOp.Call(input, dim, Value.Dtype(dtype));
            /// <summary>Logarithms of probabilities along an axis.</summary>
            public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => LogSoftmaxOp.Call(input, dim, Value.Dtype(dtype));
            /// <summary>A border of one value: left, right, top, bottom and so on from the last axis.</summary>
            public static Tensor pad(Tensor input, long[] padding, Scalar? value = null) => PadOp.Call(input, padding, value ?? 0.0);
        }
    }
}
