using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public sealed partial class Tensor
{
    private static readonly Operator AbsInPlaceOp = new("aten::abs_");
    private static readonly Operator AbsOp = new("aten::abs");
    private static readonly Operator AllcloseOp = new("aten::allclose");
    private static readonly Operator CeilOp = new("aten::ceil");
    private static readonly Operator CosOp = new("aten::cos");
    private static readonly Operator EqScalarOp = new("aten::eq", "Scalar");
    private static readonly Operator EqTensorOp = new("aten::eq", "Tensor");
    private static readonly Operator EqualOp = new("aten::equal");
    private static readonly Operator ExpInPlaceOp = new("aten::exp_");
    private static readonly Operator ExpOp = new("aten::exp");
    private static readonly Operator FillInPlaceScalarOp = new("aten::fill_", "Scalar");
    private static readonly Operator FloorInPlaceOp = new("aten::floor_");
    private static readonly Operator FloorOp = new("aten::floor");
    private static readonly Operator GeScalarOp = new("aten::ge", "Scalar");
    private static readonly Operator GeTensorOp = new("aten::ge", "Tensor");
    private static readonly Operator GtScalarOp = new("aten::gt", "Scalar");
    private static readonly Operator GtTensorOp = new("aten::gt", "Tensor");
    private static readonly Operator IsfiniteOp = new("aten::isfinite");
    private static readonly Operator IsinfOp = new("aten::isinf");
    private static readonly Operator IsnanOp = new("aten::isnan");
    private static readonly Operator LeScalarOp = new("aten::le", "Scalar");
    private static readonly Operator LeTensorOp = new("aten::le", "Tensor");
    private static readonly Operator Log1pOp = new("aten::log1p");
    private static readonly Operator LogOp = new("aten::log");
    private static readonly Operator BitwiseAndScalarOp = new("aten::bitwise_and", "Scalar");
    private static readonly Operator BitwiseXorTensorOp = new("aten::bitwise_xor", "Tensor");
    private static readonly Operator BitwiseRightShiftOp = new("aten::bitwise_right_shift", "Tensor_Scalar");
    private static readonly Operator LogicalAndOp = new("aten::logical_and");
    private static readonly Operator LogicalNotOp = new("aten::logical_not");
    private static readonly Operator LogicalOrOp = new("aten::logical_or");
    private static readonly Operator LtScalarOp = new("aten::lt", "Scalar");
    private static readonly Operator LtTensorOp = new("aten::lt", "Tensor");
    private static readonly Operator MaskedFillInPlaceScalarOp = new("aten::masked_fill_", "Scalar");
    private static readonly Operator MaskedFillScalarOp = new("aten::masked_fill", "Scalar");
    private static readonly Operator MaskedSelectOp = new("aten::masked_select");
    private static readonly Operator NanToNumOp = new("aten::nan_to_num");
    private static readonly Operator NeScalarOp = new("aten::ne", "Scalar");
    private static readonly Operator NeTensorOp = new("aten::ne", "Tensor");
    private static readonly Operator NegInPlaceOp = new("aten::neg_");
    private static readonly Operator ReluInPlaceOp = new("aten::relu_");
    private static readonly Operator ReluOp = new("aten::relu");
    private static readonly Operator RoundOp = new("aten::round");
    private static readonly Operator RsqrtOp = new("aten::rsqrt");
    private static readonly Operator SigmoidInPlaceOp = new("aten::sigmoid_");
    private static readonly Operator SigmoidOp = new("aten::sigmoid");
    private static readonly Operator SignOp = new("aten::sign");
    private static readonly Operator SinOp = new("aten::sin");
    private static readonly Operator SqrtInPlaceOp = new("aten::sqrt_");
    private static readonly Operator SqrtOp = new("aten::sqrt");
    private static readonly Operator SquareOp = new("aten::square");
    private static readonly Operator TanhOp = new("aten::tanh");
    private static readonly Operator TruncInPlaceOp = new("aten::trunc_");
    private static readonly Operator TruncOp = new("aten::trunc");
    private static readonly Operator ZeroInPlaceOp = new("aten::zero_");

    /// <summary>Absolute value.</summary>
    public Tensor abs() => AbsOp.Call(this);
    /// <summary>Square root.</summary>
    public Tensor sqrt() => SqrtOp.Call(this);
    /// <summary>1/sqrt(x).</summary>
    public Tensor rsqrt() => RsqrtOp.Call(this);
    /// <summary>x².</summary>
    public Tensor square() => SquareOp.Call(this);
    /// <summary>e to the x.</summary>
    public Tensor exp() => ExpOp.Call(this);
    /// <summary>Natural logarithm.</summary>
    public Tensor log() => LogOp.Call(this);
    /// <summary>ln(1 + x).</summary>
    public Tensor log1p() => Log1pOp.Call(this);
    /// <summary>Sine.</summary>
    public Tensor sin() => SinOp.Call(this);
    /// <summary>Cosine.</summary>
    public Tensor cos() => CosOp.Call(this);
    /// <summary>Hyperbolic tangent.</summary>
    public Tensor tanh() => TanhOp.Call(this);
    /// <summary>1/(1 + exp(-x)).</summary>
    public Tensor sigmoid() => SigmoidOp.Call(this);
    /// <summary>max(x, 0).</summary>
    public Tensor relu() => ReluOp.Call(this);
    /// <summary>Greatest whole number below.</summary>
    public Tensor floor() => FloorOp.Call(this);
    /// <summary>Smallest whole number above.</summary>
    public Tensor ceil() => CeilOp.Call(this);
    /// <summary>Nearest whole number, halves to even.</summary>
    public Tensor round() => RoundOp.Call(this);
    /// <summary>Cut towards 0.</summary>
    public Tensor trunc() => TruncOp.Call(this);
    /// <summary>-1, 0 or 1.</summary>
    public Tensor sign() => SignOp.Call(this);
    /// <summary>0 for NaN, the extremes for infinities.</summary>
    public Tensor nan_to_num() => NanToNumOp.Call(this);
    /// <summary>Absolute value, in place.</summary>
    public Tensor abs_() => Changed(AbsInPlaceOp);
    /// <summary>Square root, in place.</summary>
    public Tensor sqrt_() => Changed(SqrtInPlaceOp);
    /// <summary>max(x, 0), in place.</summary>
    public Tensor relu_() => Changed(ReluInPlaceOp);
    /// <summary>Greatest whole number below, in place.</summary>
    public Tensor floor_() => Changed(FloorInPlaceOp);
    /// <summary>Cut towards 0, in place.</summary>
    public Tensor trunc_() => Changed(TruncInPlaceOp);
    /// <summary>All 0, in place.</summary>
    public Tensor zero_() => Changed(ZeroInPlaceOp);
    /// <summary>Sign changed, in place.</summary>
    public Tensor neg_() => Changed(NegInPlaceOp);
    /// <summary>e to the x, in place.</summary>
    public Tensor exp_() => Changed(ExpInPlaceOp);
    /// <summary>1/(1 + exp(-x)), in place.</summary>
    public Tensor sigmoid_() => Changed(SigmoidInPlaceOp);
    /// <summary>All one value, in place.</summary>
    public Tensor fill_(Scalar value) => Changed(FillInPlaceScalarOp, value);
    /// <summary>NaN, elementwise.</summary>
    public Tensor isnan() => IsnanOp.Call(this);
    /// <summary>Neither NaN nor infinite, elementwise.</summary>
    public Tensor isfinite() => IsfiniteOp.Call(this);
    /// <summary>Infinite, elementwise.</summary>
    public Tensor isinf() => IsinfOp.Call(this);
    /// <summary>Not, elementwise.</summary>
    public Tensor logical_not() => LogicalNotOp.Call(this);
    /// <summary>Equal, elementwise.</summary>
    public Tensor eq(Tensor other) => EqTensorOp.Call(this, other);
    /// <summary>Equal, elementwise.</summary>
    public Tensor eq(Scalar other) => EqScalarOp.Call(this, other);
    /// <summary>Not equal, elementwise.</summary>
    public Tensor ne(Tensor other) => NeTensorOp.Call(this, other);
    /// <summary>Not equal, elementwise.</summary>
    public Tensor ne(Scalar other) => NeScalarOp.Call(this, other);
    /// <summary>Greater, elementwise.</summary>
    public Tensor gt(Tensor other) => GtTensorOp.Call(this, other);
    /// <summary>Greater, elementwise.</summary>
    public Tensor gt(Scalar other) => GtScalarOp.Call(this, other);
    /// <summary>Greater or equal, elementwise.</summary>
    public Tensor ge(Tensor other) => GeTensorOp.Call(this, other);
    /// <summary>Greater or equal, elementwise.</summary>
    public Tensor ge(Scalar other) => GeScalarOp.Call(this, other);
    /// <summary>Less, elementwise.</summary>
    public Tensor lt(Tensor other) => LtTensorOp.Call(this, other);
    /// <summary>Less, elementwise.</summary>
    public Tensor lt(Scalar other) => LtScalarOp.Call(this, other);
    /// <summary>Less or equal, elementwise.</summary>
    public Tensor le(Tensor other) => LeTensorOp.Call(this, other);
    /// <summary>Less or equal, elementwise.</summary>
    public Tensor le(Scalar other) => LeScalarOp.Call(this, other);
    /// <summary>And of the bits.</summary>
    public Tensor bitwise_and(Scalar other) => BitwiseAndScalarOp.Call(this, other);
    /// <summary>Exclusive or of the bits.</summary>
    public Tensor bitwise_xor(Tensor other) => BitwiseXorTensorOp.Call(this, other);
    /// <summary>The bits moved to the right; the sign is drawn in from the left.</summary>
    public Tensor bitwise_right_shift(Scalar bits) => BitwiseRightShiftOp.Call(this, bits);
    /// <summary>And, elementwise.</summary>
    public Tensor logical_and(Tensor other) => LogicalAndOp.Call(this, other);
    /// <summary>Or, elementwise.</summary>
    public Tensor logical_or(Tensor other) => LogicalOrOp.Call(this, other);
    /// <summary>A value where the mask is true.</summary>
    public Tensor masked_fill(Tensor mask, Scalar value) => MaskedFillScalarOp.Call(this, mask, value);
    /// <summary>A value where the mask is true, in place.</summary>
    public Tensor masked_fill_(Tensor mask, Scalar value) => Changed(MaskedFillInPlaceScalarOp, mask, value);
    /// <summary>The elements where the mask is true, in one axis.</summary>
    public Tensor masked_select(Tensor mask) => MaskedSelectOp.Call(this, mask);
    /// <summary>Whether shape and all elements are the same.</summary>
    public bool equal(Tensor other) => EqualOp.Ask(this, other);
    /// <summary>Whether all elements differ by at most atol + rtol |other|.</summary>
    public bool allclose(Tensor other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) => AllcloseOp.Ask(this, other, rtol, atol, equal_nan);
}
