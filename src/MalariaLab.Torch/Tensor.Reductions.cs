using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public sealed partial class Tensor
{
    private static readonly Operator AllOp = new("aten::all");
    private static readonly Operator AmaxOp = new("aten::amax");
    private static readonly Operator AminOp = new("aten::amin");
    private static readonly Operator AnyOp = new("aten::any");
    private static readonly Operator ArgmaxOp = new("aten::argmax");
    private static readonly Operator ArgminOp = new("aten::argmin");
    private static readonly Operator BincountOp = new("aten::bincount");
    private static readonly Operator BmmOp = new("aten::bmm");
    private static readonly Operator CumsumOp = new("aten::cumsum");
    private static readonly Operator DotOp = new("aten::dot");
    private static readonly Operator MatmulOp = new("aten::matmul");
    private static readonly Operator MaxDimOp = new("aten::max", "dim");
    private static readonly Operator MaxOp = new("aten::max");
    private static readonly Operator MeanDimOp = new("aten::mean", "dim");
    private static readonly Operator MeanOp = new("aten::mean");
    private static readonly Operator MinDimOp = new("aten::min", "dim");
    private static readonly Operator MinOp = new("aten::min");
    private static readonly Operator MmOp = new("aten::mm");
    private static readonly Operator MvOp = new("aten::mv");
    private static readonly Operator NonzeroOp = new("aten::nonzero");
    private static readonly Operator NormScalarOp = new("aten::norm", "Scalar");
    private static readonly Operator SortOp = new("aten::sort");
    private static readonly Operator StdDimOp = new("aten::std", "dim");
    private static readonly Operator StdOp = new("aten::std");
    private static readonly Operator SumDimIntlistOp = new("aten::sum", "dim_IntList");
    private static readonly Operator SumOp = new("aten::sum");
    private static readonly Operator TopkOp = new("aten::topk");
    private static readonly Operator VarDimOp = new("aten::var", "dim");
    private static readonly Operator VarOp = new("aten::var");

    /// <summary>Sum of all elements.</summary>
    public Tensor sum(ScalarType? dtype = null) => SumOp.Call(this, Value.Dtype(dtype));
    /// <summary>Sum along axes.</summary>
    public Tensor sum(long[] dim, bool keepdim = false, ScalarType? dtype = null) => SumDimIntlistOp.Call(this, dim, keepdim, Value.Dtype(dtype));
    /// <summary>Mean of all elements.</summary>
    public Tensor mean(ScalarType? dtype = null) => MeanOp.Call(this, Value.Dtype(dtype));
    /// <summary>Mean along axes.</summary>
    public Tensor mean(long[] dim, bool keepdim = false, ScalarType? dtype = null) => MeanDimOp.Call(this, dim, keepdim, Value.Dtype(dtype));
    /// <summary>Greatest element.</summary>
    public Tensor max() => MaxOp.Call(this);
    /// <summary>Greatest along an axis, and where it is.</summary>
    public (Tensor values, Tensor indices) max(long dim, bool keepdim = false)
    {
        var results = MaxDimOp.CallMany(this, dim, keepdim);
        return (results[0], results[1]);
    }
    /// <summary>Smallest element.</summary>
    public Tensor min() => MinOp.Call(this);
    /// <summary>Smallest along an axis, and where it is.</summary>
    public (Tensor values, Tensor indices) min(long dim, bool keepdim = false)
    {
        var results = MinDimOp.CallMany(this, dim, keepdim);
        return (results[0], results[1]);
    }
    /// <summary>Place of the greatest: of all elements, or along an axis.</summary>
    public Tensor argmax(long? dim = null, bool keepdim = false) => ArgmaxOp.Call(this, Value.Optional(dim), keepdim);
    /// <summary>Place of the smallest: of all elements, or along an axis.</summary>
    public Tensor argmin(long? dim = null, bool keepdim = false) => ArgminOp.Call(this, Value.Optional(dim), keepdim);
    /// <summary>Greatest along axes.</summary>
    public Tensor amax(long[] dim, bool keepdim = false) => AmaxOp.Call(this, dim, keepdim);
    /// <summary>Smallest along axes.</summary>
    public Tensor amin(long[] dim, bool keepdim = false) => AminOp.Call(this, dim, keepdim);
    /// <summary>Variance of all elements, with divisor n - 1 or n.</summary>
    public Tensor var(bool unbiased = true) => VarOp.Call(this, unbiased);
    /// <summary>Variance along axes, with divisor n - 1 or n.</summary>
    public Tensor var(long[] dim, bool unbiased = true, bool keepdim = false) => VarDimOp.Call(this, dim, unbiased, keepdim);
    /// <summary>Standard deviation of all elements, with divisor n - 1 or n.</summary>
    public Tensor std(bool unbiased = true) => StdOp.Call(this, unbiased);
    /// <summary>Standard deviation along axes, with divisor n - 1 or n.</summary>
    public Tensor std(long[] dim, bool unbiased = true, bool keepdim = false) => StdDimOp.Call(this, dim, unbiased, keepdim);
    /// <summary>The p-norm of all elements.</summary>
    public Tensor norm(Scalar? p = null) => NormScalarOp.Call(this, p ?? 2.0);
    /// <summary>Whether all are true.</summary>
    public Tensor all() => AllOp.Call(this);
    /// <summary>Whether any is true.</summary>
    public Tensor any() => AnyOp.Call(this);
    /// <summary>Running sums along an axis.</summary>
    public Tensor cumsum(long dim) => CumsumOp.Call(this, dim);
    /// <summary>Sorted along an axis, and where each came from.</summary>
    public (Tensor values, Tensor indices) sort(long dim = -1, bool descending = false)
    {
        var results = SortOp.CallMany(this, dim, descending);
        return (results[0], results[1]);
    }
    /// <summary>The k greatest along an axis, and where they are.</summary>
    public (Tensor values, Tensor indices) topk(long k, long dim = -1, bool largest = true)
    {
        var results = TopkOp.CallMany(this, k, dim, largest);
        return (results[0], results[1]);
    }
    /// <summary>How often each whole number from 0 occurs.</summary>
    public Tensor bincount(long minlength = 0) => BincountOp.Call(this, Value.None, minlength);
    /// <summary>Indices of what is not 0, one row each.</summary>
    public Tensor nonzero() => NonzeroOp.Call(this);
    /// <summary>Matrix product, batched and broadcast.</summary>
    public Tensor matmul(Tensor other) => MatmulOp.Call(this, other);
    /// <summary>Product of two matrices.</summary>
    public Tensor mm(Tensor other) => MmOp.Call(this, other);
    /// <summary>Products of two batches of matrices.</summary>
    public Tensor bmm(Tensor other) => BmmOp.Call(this, other);
    /// <summary>Matrix times vector.</summary>
    public Tensor mv(Tensor other) => MvOp.Call(this, other);
    /// <summary>Inner product.</summary>
    public Tensor dot(Tensor other) => DotOp.Call(this, other);
}
