namespace MalariaLab.Torch;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// First values of weights, in place and outside autograd. Fans are those of linear [out, in] and convolution
        /// [out, in, rows, columns] weights.
        /// </summary>
        public static class init
        {
            /// <summary>All 0.</summary>
            public static Tensor zeros_(Tensor tensor) => constant_(tensor, 0);

            /// <summary>All 1.</summary>
            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1);

            /// <summary>All one value.</summary>
            public static Tensor constant_(Tensor tensor, double value)
            {
                using var guard = no_grad();
                return tensor.fill_(value);
            }

            /// <summary>Normal.</summary>
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null)
            {
                using var guard = no_grad();
                return tensor.normal_(mean, std, generator);
            }

            /// <summary>Uniform.</summary>
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null)
            {
                using var guard = no_grad();
                return tensor.uniform_(low, high, generator);
            }

            /// <summary>Glorot: uniform in ±gain sqrt(6 / (fan in + fan out)).</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1, Generator? generator = null)
            {
                var (fanIn, fanOut) = Fans(tensor);
                var limit = gain * Math.Sqrt(6.0 / (fanIn + fanOut));
                return uniform_(tensor, -limit, limit, generator);
            }

            /// <summary>Glorot: normal with gain sqrt(2 / (fan in + fan out)).</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1, Generator? generator = null)
            {
                var (fanIn, fanOut) = Fans(tensor);
                return normal_(tensor, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)), generator);
            }

            /// <summary>He for ReLU: uniform in ±sqrt(6 / fan in).</summary>
            public static Tensor kaiming_uniform_(Tensor tensor, Generator? generator = null)
            {
                var limit = Math.Sqrt(6.0 / Fans(tensor).FanIn);
                return uniform_(tensor, -limit, limit, generator);
            }

            /// <summary>He for ReLU: normal with sqrt(2 / fan in), or fan out.</summary>
            public static Tensor kaiming_normal_(Tensor tensor, bool fan_out = false, Generator? generator = null)
            {
                var fans = Fans(tensor);
                return normal_(tensor, 0, Math.Sqrt(2.0 / (fan_out ? fans.FanOut : fans.FanIn)), generator);
            }

            /// <summary>Inputs and outputs that one weight tensor joins.</summary>
            public static (long FanIn, long FanOut) Fans(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2)
                    throw new ArgumentException($"Fans need a weight of two axes or more, not {tensor}.");
                var field = 1L;
                foreach (var size in shape.AsSpan(2))
                    field *= size;
                return (shape[1] * field, shape[0] * field);
            }
        }
    }
}
