using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public sealed partial class Tensor
{
    private static readonly Operator AddInPlaceScalarOp = new("aten::add_", "Scalar");
    private static readonly Operator AddInPlaceTensorOp = new("aten::add_", "Tensor");
    private static readonly Operator AddScalarOp = new("aten::add", "Scalar");
    private static readonly Operator AddTensorOp = new("aten::add", "Tensor");
    private static readonly Operator AddcdivInPlaceOp = new("aten::addcdiv_");
    private static readonly Operator AddcdivOp = new("aten::addcdiv");
    private static readonly Operator AddcmulInPlaceOp = new("aten::addcmul_");
    private static readonly Operator AddcmulOp = new("aten::addcmul");
    private static readonly Operator ClampInPlaceOp = new("aten::clamp_");
    private static readonly Operator ClampOp = new("aten::clamp");
    private static readonly Operator DivInPlaceScalarOp = new("aten::div_", "Scalar");
    private static readonly Operator DivInPlaceTensorOp = new("aten::div_", "Tensor");
    private static readonly Operator DivScalarOp = new("aten::div", "Scalar");
    private static readonly Operator DivTensorOp = new("aten::div", "Tensor");
    private static readonly Operator LerpInPlaceScalarOp = new("aten::lerp_", "Scalar");
    private static readonly Operator LerpScalarOp = new("aten::lerp", "Scalar");
    private static readonly Operator MaximumOp = new("aten::maximum");
    private static readonly Operator MinimumOp = new("aten::minimum");
    private static readonly Operator MulInPlaceScalarOp = new("aten::mul_", "Scalar");
    private static readonly Operator MulInPlaceTensorOp = new("aten::mul_", "Tensor");
    private static readonly Operator MulScalarOp = new("aten::mul", "Scalar");
    private static readonly Operator MulTensorOp = new("aten::mul", "Tensor");
    private static readonly Operator NegOp = new("aten::neg");
    private static readonly Operator PowTensorScalarOp = new("aten::pow", "Tensor_Scalar");
    private static readonly Operator ReciprocalOp = new("aten::reciprocal");
    private static readonly Operator RsubScalarOp = new("aten::rsub", "Scalar");
    private static readonly Operator SubInPlaceScalarOp = new("aten::sub_", "Scalar");
    private static readonly Operator SubInPlaceTensorOp = new("aten::sub_", "Tensor");
    private static readonly Operator SubScalarOp = new("aten::sub", "Scalar");
    private static readonly Operator SubTensorOp = new("aten::sub", "Tensor");

    /// <summary>Sum, with the other side times <paramref name="alpha"/>.</summary>
    public Tensor add(Tensor other, Scalar alpha) => AddTensorOp.Call(this, other, alpha);
    /// <summary>Sum in place, with the other side times <paramref name="alpha"/>.</summary>
    public Tensor add_(Tensor other, Scalar alpha) => Changed(AddInPlaceTensorOp, other, alpha);
    /// <summary>Sum.</summary>
    public Tensor add(Tensor other) => AddTensorOp.Call(this, other);
    /// <summary>Sum.</summary>
    public Tensor add(Scalar other) => AddScalarOp.Call(this, other);
    /// <summary>Sum, in place.</summary>
    public Tensor add_(Tensor other) => Changed(AddInPlaceTensorOp, other);
    /// <summary>Sum, in place.</summary>
    public Tensor add_(Scalar other) => Changed(AddInPlaceScalarOp, other);
    /// <summary>Difference, with the other side times <paramref name="alpha"/>.</summary>
    public Tensor sub(Tensor other, Scalar alpha) => SubTensorOp.Call(this, other, alpha);
    /// <summary>Difference in place, with the other side times <paramref name="alpha"/>.</summary>
    public Tensor sub_(Tensor other, Scalar alpha) => Changed(SubInPlaceTensorOp, other, alpha);
    /// <summary>Difference.</summary>
    public Tensor sub(Tensor other) => SubTensorOp.Call(this, other);
    /// <summary>Difference.</summary>
    public Tensor sub(Scalar other) => SubScalarOp.Call(this, other);
    /// <summary>Difference, in place.</summary>
    public Tensor sub_(Tensor other) => Changed(SubInPlaceTensorOp, other);
    /// <summary>Difference, in place.</summary>
    public Tensor sub_(Scalar other) => Changed(SubInPlaceScalarOp, other);
    /// <summary>Product.</summary>
    public Tensor mul(Tensor other) => MulTensorOp.Call(this, other);
    /// <summary>Product.</summary>
    public Tensor mul(Scalar other) => MulScalarOp.Call(this, other);
    /// <summary>Product, in place.</summary>
    public Tensor mul_(Tensor other) => Changed(MulInPlaceTensorOp, other);
    /// <summary>Product, in place.</summary>
    public Tensor mul_(Scalar other) => Changed(MulInPlaceScalarOp, other);
    /// <summary>Quotient.</summary>
    public Tensor div(Tensor other) => DivTensorOp.Call(this, other);
    /// <summary>Quotient.</summary>
    public Tensor div(Scalar other) => DivScalarOp.Call(this, other);
    /// <summary>Quotient, in place.</summary>
    public Tensor div_(Tensor other) => Changed(DivInPlaceTensorOp, other);
    /// <summary>Quotient, in place.</summary>
    public Tensor div_(Scalar other) => Changed(DivInPlaceScalarOp, other);
    /// <summary>Elementwise.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => left.add(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator +(Tensor left, Scalar right) => left.add(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator /(Tensor left, Tensor right) => left.div(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator /(Tensor left, Scalar right) => left.div(right);
    /// <summary>Elementwise.</summary>
    public static Tensor operator +(Scalar left, Tensor right) => right.add(left);
    /// <summary>Elementwise.</summary>
    public static Tensor operator -(Scalar left, Tensor right) => RsubScalarOp.Call(right, left);
    /// <summary>Elementwise.</summary>
    public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);
    /// <summary>Elementwise.</summary>
    public static Tensor operator /(Scalar left, Tensor right) => right.reciprocal().mul(left);
    /// <summary>Elementwise.</summary>
    public static Tensor operator -(Tensor value) => NegOp.Call(value);
    /// <summary>1/x.</summary>
    public Tensor reciprocal() => ReciprocalOp.Call(this);
    /// <summary>Power.</summary>
    public Tensor pow(Scalar exponent) => PowTensorScalarOp.Call(this, exponent);
    /// <summary>x + value first second.</summary>
    public Tensor addcmul(Tensor first, Tensor second, Scalar value) => AddcmulOp.Call(this, first, second, value);
    /// <summary>x + value first second, in place.</summary>
    public Tensor addcmul_(Tensor first, Tensor second, Scalar value) => Changed(AddcmulInPlaceOp, first, second, value);
    /// <summary>x + value first / second.</summary>
    public Tensor addcdiv(Tensor first, Tensor second, Scalar value) => AddcdivOp.Call(this, first, second, value);
    /// <summary>x + value first / second, in place.</summary>
    public Tensor addcdiv_(Tensor first, Tensor second, Scalar value) => Changed(AddcdivInPlaceOp, first, second, value);
    /// <summary>x + weight (end - x).</summary>
    public Tensor lerp(Tensor end, Scalar weight) => LerpScalarOp.Call(this, end, weight);
    /// <summary>x + weight (end - x), in place.</summary>
    public Tensor lerp_(Tensor end, Scalar weight) => Changed(LerpInPlaceScalarOp, end, weight);
    /// <summary>Cut to a range.</summary>
    public Tensor clamp(Scalar? min = null, Scalar? max = null) => ClampOp.Call(this, Bound(min), Bound(max));
    /// <summary>Cut to a range, in place.</summary>
    public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Changed(ClampInPlaceOp, Bound(min), Bound(max));
    /// <summary>The greater of two, elementwise.</summary>
    public Tensor maximum(Tensor other) => MaximumOp.Call(this, other);
    /// <summary>The smaller of two, elementwise.</summary>
    public Tensor minimum(Tensor other) => MinimumOp.Call(this, other);
    private Tensor Changed(Operator op)
    {
        op.Run(this);
        return this;
    }

    private Tensor Changed(Operator op, Value a)
    {
        op.Run(this, a);
        return this;
    }

    private Tensor Changed(Operator op, Value a, Value b)
    {
        op.Run(this, a, b);
        return this;
    }

    private Tensor Changed(Operator op, Value a, Value b, Value c)
    {
        op.Run(this, a, b, c);
        return this;
    }

    private static Value Bound(Scalar? value) => value is { } v ? v : Value.None;
}
