using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public static partial class torch
{
    private static readonly Operator AddmmOp = new("aten::addmm");
    private static readonly Operator CatOp = new("aten::cat");
    private static readonly Operator StackOp = new("aten::stack");
    private static readonly Operator WhereScalarotherOp = new("aten::where", "ScalarOther");
    private static readonly Operator WhereSelfOp = new("aten::where", "self");

    /// <summary>Joined along an axis.</summary>
    public static Tensor cat(Tensor[] tensors, long dim = 0) => CatOp.Call(tensors, dim);
    /// <summary>Joined along a new axis.</summary>
    public static Tensor stack(Tensor[] tensors, long dim = 0) => StackOp.Call(tensors, dim);
    /// <summary>One where the condition is true, the other elsewhere.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => WhereSelfOp.Call(condition, x, y);
    /// <summary>One where the condition is true, the other elsewhere.</summary>
    public static Tensor where(Tensor condition, Tensor x, Scalar y) => WhereScalarotherOp.Call(condition, x, y);
    /// <summary>beta input + alpha mat1 mat2.</summary>
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, Scalar? beta = null, Scalar? alpha = null) =>
        AddmmOp.Call(input, mat1, mat2, beta ?? 1, alpha ?? 1);
    /// <summary><see cref="Tensor.matmul"/>.</summary>
    public static Tensor matmul(Tensor a, Tensor b) => a.matmul(b);
    /// <summary><see cref="Tensor.mm"/>.</summary>
    public static Tensor mm(Tensor a, Tensor b) => a.mm(b);
    /// <summary><see cref="Tensor.bmm"/>.</summary>
    public static Tensor bmm(Tensor a, Tensor b) => a.bmm(b);
    /// <summary><see cref="Tensor.maximum"/>.</summary>
    public static Tensor maximum(Tensor a, Tensor b) => a.maximum(b);
    /// <summary><see cref="Tensor.minimum"/>.</summary>
    public static Tensor minimum(Tensor a, Tensor b) => a.minimum(b);
}
