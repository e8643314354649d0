using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Testing;
using MalariaLab.Torch;
using MalariaLab.Training.Optimizers;
using Xunit;

namespace MalariaLab.Training.Tests.Optimizers;

public sealed class OptimizerRulesTests
{
    [Theory]
    [InlineData(torch.float32, 5e-6)]
    [InlineData(torch.float64, 1e-12)]
    public void Step_GoldenRuns_FollowKerasThroughTheSpec(ScalarType type, double tolerance)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedFiles.Golden("keras_optimizers.json")));
        var gradients = golden.RootElement.GetProperty("gradients").Deserialize<double[][]>()!;
        var initial = golden.RootElement.GetProperty("initial_parameters").Deserialize<double[]>()!;
        // Repeated beyond one slice, so that the cut is seen to change nothing.
        const int Copies = 300;
        foreach (var run in golden.RootElement.GetProperty("runs").EnumerateArray())
        {
            using var scope = torch.NewDisposeScope();
            var spec = Spec(run);
            var parameters = Repeated(initial, Copies).to(type);
            var gradient = torch.zeros([parameters.numel()], type);
            using var optimizer = new SlicedOptimizer(OptimizerRules.For(spec), parameters, gradient);
            var expected = run.GetProperty("parameters_after_step").Deserialize<double[][]>()!;
            for (var step = 0; step < gradients.Length; step++)
            {
                gradient.copy_(Repeated(gradients[step], Copies));
                for (var slice = 0; slice < optimizer.Count; slice++)
                    optimizer.Step(slice, spec.LearningRate, 1);
                var actual = parameters.@double().ToArray<double>();
                for (var i = 0; i < actual.Length; i++)
                {
                    var k = i % initial.Length;
                    Assert.True(Math.Abs(expected[step][k] - actual[i]) <= tolerance, $"{run.GetProperty("name")}, step {step + 1}, parameter {k}.");
                }
            }
            Assert.Equal(gradients.Length, optimizer.Steps);
        }
    }

    [Theory]
    [InlineData(EpsilonForm.Keras, 1 - (0.1 * 1) - ((0.9 * 0.1 * 1) + (0.01 * 1)))]
    [InlineData(EpsilonForm.PyTorch, 1 - (0.1 * 1) - (0.01 * ((0.9 * 1) + 1)))]
    public void Step_MomentumWhenTheRateFalls_FollowsTheChosenForm(EpsilonForm form, double expected)
    {
        using var scope = torch.NewDisposeScope();
        var (parameter, gradient) = (torch.tensor([1.0]), torch.tensor([1.0]));
        var rules = OptimizerRules.For(new() { Kind = OptimizerKind.Sgd, LearningRate = 0.1, Momentum = 0.9, EpsilonForm = form });
        using var optimizer = new SlicedOptimizer(rules, parameter, gradient);

        optimizer.Step(0, 0.1, 1);
        optimizer.Step(0, 0.01, 1);

        Assert.Equal(expected, parameter.ToArray<double>()[0], 1e-12);
    }

    private static Tensor Repeated(double[] values, int copies) => torch.tensor([.. Enumerable.Repeat(values, copies).SelectMany(v => v)]);

    private static OptimizerSpec Spec(JsonElement run)
    {
        var rule = run.GetProperty("rule").GetString()!;
        double Value(string name, double otherwise) => run.GetProperty("hyper_parameters").TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
        return new OptimizerSpec
        {
            Kind = rule[..3] switch
            {
                "ada" when rule.StartsWith("adagrad", StringComparison.Ordinal) => OptimizerKind.Adagrad,
                "ada" => OptimizerKind.Adam,
                "ams" => OptimizerKind.AmsGrad,
                "rms" => OptimizerKind.RmsProp,
                _ => OptimizerKind.Sgd,
            },
            LearningRate = Value("learning_rate", 0),
            InitialAccumulator = Value("initial_accumulator", 0),
            Epsilon = Value("epsilon", 0),
            EpsilonForm = rule.EndsWith("inside", StringComparison.Ordinal) ? EpsilonForm.KerasInside : EpsilonForm.Keras,
            Rho = Value("rho", 0),
            Beta1 = Value("beta_1", 0),
            Beta2 = Value("beta_2", 0),
            Momentum = Value("momentum", 0),
            Nesterov = rule == "sgd_nesterov",
        };
    }
}
