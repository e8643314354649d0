using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Operator AffineGridOp = new("aten::affine_grid_generator");
            private static readonly Operator BinaryCrossEntropyWithLogitsOp = new("aten::binary_cross_entropy_with_logits");
            private static readonly Operator CrossEntropyOp = new("aten::cross_entropy_loss");
            private static readonly Operator GridSampleOp = new("aten::grid_sampler");
            private static readonly Operator MseOp = new("aten::mse_loss");
            private static readonly Operator NllOp = new("aten::nll_loss_nd");
            private static readonly Operator OneHotOp = new("aten::one_hot");
            private static readonly Operator UpsampleBilinear2dOp = new("aten::upsample_bilinear2d", "vec");
            private static readonly Operator UpsampleNearest2dOp = new("aten::upsample_nearest2d", "vec");

            /// <summary>t softplus(-z) + (1 - t) softplus(z); target in 0..1 of the logits' shape, weight of a shape that spreads to it.</summary>
            public static Tensor binary_cross_entropy_with_logits(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weight = null) =>
                BinaryCrossEntropyWithLogitsOp.Call(input, target, weight, pos_weight, (int)reduction);

            /// <summary>-log_softmax(z) of the target: class numbers (int64) or probabilities. With weights the mean is by their sum.</summary>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null,
                long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) =>
                CrossEntropyOp.Call(input, target, weight, (int)reduction, ignore_index, label_smoothing);

            /// <summary>-x[target] for logarithms of probabilities.</summary>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                NllOp.Call(input, target, weight, (int)reduction);

            /// <summary>Squared differences.</summary>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => MseOp.Call(input, target, (int)reduction);

            /// <summary>1 at the class, 0 elsewhere, along a new last axis; int64.</summary>
            public static Tensor one_hot(Tensor classes, long num_classes) => OneHotOp.Call(classes, num_classes);

            /// <summary>Reading coordinates [batch, row, column, (x, y)] in -1..1 for affine maps theta [batch, 2, 3].</summary>
            public static Tensor affine_grid(Tensor theta, long[] size, bool align_corners = false) => AffineGridOp.Call(theta, size, align_corners);

            /// <summary>The picture read at the grid's coordinates.</summary>
            public static Tensor grid_sample(
                Tensor input, Tensor grid,
                GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool align_corners = false) =>
                GridSampleOp.Call(input, grid, (int)mode, (int)padding_mode, align_corners);

            /// <summary>Resized to [rows, columns], bilinear or nearest.</summary>
            public static Tensor interpolate(Tensor input, long[] size, bool nearest = false, bool align_corners = false) =>
                nearest ? UpsampleNearest2dOp.Call(input, size, Value.None) : UpsampleBilinear2dOp.Call(input, size, align_corners, Value.None);
        }
    }
}
