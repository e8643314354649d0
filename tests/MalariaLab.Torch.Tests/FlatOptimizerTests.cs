using System.Text.Json;
using MalariaLab.Testing;
using MalariaLab.Torch.Optim;
using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

public sealed class FlatOptimizerTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Step_EveryKerasRule_FollowsTheReferenceInBothPrecisions()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedFiles.Golden("keras_optimizers.json")));
        var root = document.RootElement;
        var gradients = root.GetProperty("gradients").EnumerateArray().Select(Numbers).ToArray();
        foreach (var run in root.GetProperty("runs").EnumerateArray())
        {
            var expected = run.GetProperty("parameters_after_step").EnumerateArray().Select(Numbers).ToArray();
            foreach (var (dtype, tolerance) in new[] { (float64, 1e-12), (float32, 5e-6) })
            {
                var p = tensor(Numbers(root.GetProperty("initial_parameters"))).to(dtype);
                var g = zeros_like(p);
                using var optimizer = new FlatOptimizer(RuleOf(run), p, g);
                for (var step = 0; step < gradients.Length; step++)
                {
                    g.copy_(tensor(gradients[step]));
                    optimizer.Step();
                    var difference = (p.to(float64) - tensor(expected[step])).abs().max().item<double>();
                    Assert.True(difference <= tolerance, $"{run.GetProperty("name")} {dtype} step {step + 1}: off by {difference}");
                }
            }
        }
    }

    /// <summary>Straight from torch.optim's documentation, with decay, a changing rate and accumulated gradients.</summary>
    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("rmsprop")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Step_PyTorchForm_FollowsItsDocumentation(string name)
    {
        manual_seed(5);
        const double epsilon = 1e-3, decay = 0.1, momentum = 0.8;
        OptimizerRule rule = name switch
        {
            "rmsprop" => new RmspropRule { LearningRate = 0, Rho = 0.9, Momentum = momentum, Epsilon = epsilon, RateOnApply = true, WeightDecay = decay },
            "adam" or "adamw" => new AdamRule { LearningRate = 0, Epsilon = epsilon, EpsilonHat = false, WeightDecay = decay, DecoupledDecay = name == "adamw" },
            _ => new SgdRule { LearningRate = 0, Momentum = momentum, Nesterov = name == "nesterov", RateOnApply = true, WeightDecay = decay },
        };
        var (p, g) = (randn([100], float64), zeros([100], float64));
        var expected = p.clone();
        var (m, v) = (zeros_like(p), zeros_like(p));
        using var optimizer = new FlatOptimizer(rule, p, g);
        for (var t = 1; t <= 5; t++)
        {
            g.normal_();
            optimizer.LearningRate = 0.1 / t;
            optimizer.Step(0.5);

            var gradient = g * 0.5 + (name == "adamw" ? 0 : decay) * expected;
            if (name is "adam" or "adamw")
            {
                (m, v) = (0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient * gradient);
                var step = m / (1 - Math.Pow(0.9, t)) / ((v / (1 - Math.Pow(0.999, t))).sqrt() + epsilon);
                expected = (name == "adamw" ? expected * (1 - 0.1 / t * decay) : expected) - 0.1 / t * step;
            }
            else
            {
                v = 0.9 * v + 0.1 * gradient * gradient;
                m = momentum * m + (name == "rmsprop" ? gradient / (v.sqrt() + epsilon) : gradient);
                expected -= 0.1 / t * (name == "nesterov" ? gradient + momentum * m : m);
            }
            Assert.True(p.allclose(expected, 0, 1e-13), $"{name} step {t}");
        }
    }

    [Fact]
    public void Step_AnotherThreadCount_GivesTheSameBits()
    {
        var before = get_num_threads();
        try
        {
            Assert.True(Train(1).equal(Train(4)));
        }
        finally
        {
            set_num_threads(before);
        }

        static Tensor Train(int threads)
        {
            set_num_threads(threads);
            using var generator = new Generator(1);
            var (p, g) = (randn([100_000], generator: generator), randn([100_000], generator: generator));
            using var optimizer = new FlatOptimizer(new AdamRule { LearningRate = 0.01 }, p, g);
            for (var i = 0; i < 3; i++)
                optimizer.Step(FlatBuffers.ClipScale(g, 1));
            return p;
        }
    }

    [Fact]
    public void States_CopiedIntoAnotherOptimizer_ContinueAlike()
    {
        var (p, g) = (randn([50]), randn([50]));
        using var first = new FlatOptimizer(new AdamRule { LearningRate = 0.1, Amsgrad = true }, p, g);
        first.Step();
        var q = p.clone();
        using var second = new FlatOptimizer(first.Rule, q, g) { StepCount = first.StepCount };
        foreach (var (name, state) in first.States)
            second.States[name].copy_(state);
        first.Step();
        second.Step();

        Assert.True(p.equal(q));
        Assert.Equal(["mean", "square_average", "greatest_square_average"], second.States.Keys);
    }

    [Fact]
    public void Step_BuffersThatDontMatch_AreRefusedWithBothShapes()
    {
        using var optimizer = new FlatOptimizer(new SgdRule { LearningRate = 1 }, zeros([3]), zeros([4]));

        var e = Assert.Throws<TorchException>(() => optimizer.Step());

        Assert.Contains("float32[3]", e.Message);
        Assert.Contains("float32[4]", e.Message);
    }

    [Fact]
    public void ClipScale_AboveTheLimit_BringsTheNormToIt()
    {
        var g = tensor([3.0, 4]);

        Assert.Equal(5, FlatBuffers.Norm(g), 1e-15);
        Assert.Equal(0.2, FlatBuffers.ClipScale(g, 1), 1e-15);
        Assert.Equal(1, FlatBuffers.ClipScale(g, 6));
    }

    [Fact]
    public void Sum_OfBuffers_AddsInOrderIntoOneOfThem()
    {
        var sources = new[] { randn([70_000]), randn([70_000]), randn([70_000]) };
        var expected = (sources[0] + sources[1] + sources[2]) * 0.5;

        FlatBuffers.Sum(sources[0], sources, 0.5);

        Assert.True(sources[0].equal(expected));
    }

    [Fact]
    public void UpdateAverage_Decay_MovesByTheRest()
    {
        var average = zeros([4]);
        FlatBuffers.UpdateAverage(average, ones([4]), 0.75);

        Assert.Equal([0.25f, 0.25f, 0.25f, 0.25f], average.ToArray<float>());
    }

    private static double[] Numbers(JsonElement array) => array.EnumerateArray().Select(v => v.GetDouble()).ToArray();

    private static OptimizerRule RuleOf(JsonElement run)
    {
        var hyper = run.GetProperty("hyper_parameters");
        var rate = Value("learning_rate");
        var rule = run.GetProperty("rule").GetString()!;
        return rule switch
        {
            "adagrad_eps_inside" or "adagrad_eps_outside" => new AdagradRule
            {
                LearningRate = rate,
                Epsilon = Value("epsilon"),
                InitialAccumulatorValue = Value("initial_accumulator"),
                EpsilonInside = rule.EndsWith("inside", StringComparison.Ordinal),
            },
            "rmsprop_eps_inside" or "rmsprop_eps_outside" => new RmspropRule
            {
                LearningRate = rate,
                Rho = Value("rho"),
                Epsilon = Value("epsilon"),
                EpsilonInside = rule.EndsWith("inside", StringComparison.Ordinal),
            },
            "adam" or "amsgrad" => new AdamRule
            {
                LearningRate = rate,
                Beta1 = Value("beta_1"),
                Beta2 = Value("beta_2"),
                Epsilon = Value("epsilon"),
                Amsgrad = rule == "amsgrad",
            },
            "sgd_momentum" or "sgd_nesterov" => new SgdRule { LearningRate = rate, Momentum = Value("momentum"), Nesterov = rule == "sgd_nesterov" },
            _ => throw new InvalidOperationException($"The reference has a rule {rule} that the optimizers lack."),
        };

        double Value(string name) => hyper.GetProperty(name).GetDouble();
    }
}
