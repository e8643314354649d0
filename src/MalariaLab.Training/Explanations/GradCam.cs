using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Data;

namespace MalariaLab.Training.Explanations;

/// <summary>How much each place of an image spoke for a class.</summary>
/// <param name="ClassIndex">The class.</param>
/// <param name="Height">Rows: those of the network's input.</param>
/// <param name="Width">Columns.</param>
/// <param name="Values">[row][column], 0 to 1, the strongest place at 1; all 0 where nothing spoke for the class.</param>
public sealed record HeatMap(int ClassIndex, int Height, int Width, float[] Values);

/// <summary>
/// Grad-CAM (Selvaraju et al. 2017) at the backbone's last layer: ReLU(Σ_c a_c A_c), a_c the mean gradient of the class's logit by channel c,
/// enlarged to the input by bilinear interpolation.
/// </summary>
internal static class GradCam
{
    public static HeatMap Explain(Network network, SampleFeed feed, int index, OutputUnit unit, int classIndex)
    {
        using var scope = torch.NewDisposeScope();
        var (height, width, channels) = feed.Shape;
        var input = torch.empty([1, height, width, channels]);
        feed.NewReader().Read(index, 0, input.data<float>());
        Tensor features;
        using (torch.no_grad())
            features = network.Features(input.permute(0, 3, 1, 2)).detach();
        features.requires_grad_();
        var logits = network.Head(features, ForwardPass.Inference);
        // One sigmoid unit speaks for class 1; what speaks against it speaks for class 0.
        var logit = unit == OutputUnit.Sigmoid ? logits.select(1, 0).mul(classIndex == 1 ? 1 : -1) : logits.select(1, classIndex);
        var gradient = torch.autograd.grad(logit.sum(), [features])[0]!;
        using var noGrad = torch.no_grad();
        var map = features.mul(gradient.mean([2, 3], keepdim: true)).sum([1], keepdim: true).relu();
        var enlarged = torch.nn.functional.interpolate(map, [height, width]);
        var strongest = enlarged.max().item<float>();
        return new HeatMap(classIndex, height, width, (strongest > 0 ? enlarged.div(strongest) : enlarged).ToArray<float>());
    }
}
