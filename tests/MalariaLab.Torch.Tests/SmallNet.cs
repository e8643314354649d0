using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

/// <summary>conv 3x3, batch-norm, ReLU, pool, dense: enough to exercise a training step.</summary>
internal sealed class SmallNet
{
    private readonly Tensor mean = zeros([4]), variance = ones([4]);

    internal Tensor[] Parameters { get; } =
    [
        nn.init.xavier_uniform_(empty([4, 3, 3, 3])), zeros([4]), ones([4]), zeros([4]),
        nn.init.xavier_uniform_(empty([1, 4 * 5 * 5])), zeros([1]),
    ];

    internal SmallNet()
    {
        foreach (var p in Parameters)
            p.requires_grad_();
    }

    internal Tensor Forward(Tensor images)
    {
        var x = nn.functional.conv2d(images, Parameters[0], Parameters[1]);
        x = nn.functional.batch_norm(x, mean, variance, Parameters[2], Parameters[3], training: true);
        x = nn.functional.max_pool2d(nn.functional.relu(x), [2]);
        return nn.functional.linear(x.flatten(1), Parameters[4], Parameters[5]);
    }

    internal void Step(double learningRate)
    {
        using var guard = no_grad();
        foreach (var p in Parameters)
        {
            p.sub_(p.grad!, learningRate);
            p.grad!.zero_();
        }
    }
}
