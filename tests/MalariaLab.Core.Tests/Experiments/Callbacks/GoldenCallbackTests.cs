using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Callbacks;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Callbacks;

public sealed class GoldenCallbackTests
{
    [Fact]
    public void Plateau_OverGoldenLosses_GivesKerasLearningRates()
    {
        var settings = Golden().GetProperty("reduce_lr_on_plateau");
        foreach (var (sequence, losses) in Sequences())
        {
            foreach (var expected in sequence.GetProperty("expected").GetProperty("reduce_lr_on_plateau").EnumerateArray())
            {
                var schedule = new PlateauSchedule(new()
                {
                    Kind = ScheduleKind.Plateau,
                    Factor = settings.GetProperty("factor").GetDouble(),
                    Patience = settings.GetProperty("patience").GetInt32(),
                    MinLearningRate = settings.GetProperty("min_lr").GetDouble(),
                    MinDelta = settings.GetProperty("min_delta").GetDouble(),
                    Cooldown = expected.GetProperty("cooldown").GetInt32(),
                });
                var state = PlateauSchedule.Start(sequence.GetProperty("initial_lr").GetDouble());
                var reduced = new List<int>();
                for (var epoch = 0; epoch < losses.Length; epoch++)
                {
                    AssertRate(expected.GetProperty("lr_used")[epoch], state.LearningRate);
                    // Through a checkpoint and back, so that nothing lives outside the state.
                    var next = schedule.Next(Reload(state), losses[epoch]);
                    if (next.LearningRate < state.LearningRate) reduced.Add(epoch);
                    state = next;
                    AssertRate(expected.GetProperty("lr_after_epoch")[epoch], state.LearningRate);
                }
                Assert.Equal(expected.GetProperty("reduced_after_epochs").EnumerateArray().Select(e => e.GetInt32()), reduced);
            }
        }
    }

    [Fact]
    public void EarlyStopping_OverGoldenLosses_StopsAndChoosesAsKeras()
    {
        var settings = Golden().GetProperty("early_stopping");
        var stopping = new EarlyStopping(new() { Patience = settings.GetProperty("patience").GetInt32(), MinDelta = settings.GetProperty("min_delta").GetDouble() });
        foreach (var (sequence, losses) in Sequences())
        {
            var expected = sequence.GetProperty("expected").GetProperty("early_stopping");
            var state = EarlyStopping.Start;
            var run = 0;
            while (run < losses.Length && state.StoppedEpoch is null)
                state = stopping.Next(Reload(state), run + 1, losses[run++]);

            var stopped = expected.GetProperty("stopped_epoch");
            Assert.Equal(stopped.ValueKind == JsonValueKind.Null ? null : stopped.GetInt32() + 1, state.StoppedEpoch);
            Assert.Equal(expected.GetProperty("epochs_run").GetInt32(), run);
            Assert.Equal(expected.GetProperty("best_epoch").GetInt32() + 1, state.BestEpoch);
            Assert.Equal(expected.GetProperty("best_value").GetDouble(), state.Best);
        }
    }

    [Fact]
    public void Next_WithNaN_IsNoImprovement()
    {
        Assert.Equal(1, new EarlyStopping(new()).Next(EarlyStopping.Start, 1, double.NaN).Wait);
        Assert.Equal(1, new PlateauSchedule(new()).Next(PlateauSchedule.Start(0.1), double.NaN).Wait);
    }

    private static void AssertRate(JsonElement expected, double actual) => Assert.Equal(1, actual / expected.GetDouble(), 1e-6);

    private static T Reload<T>(T state) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(state))!;

    private static JsonElement Golden()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedFiles.Golden("keras_callbacks.json")));
        return document.RootElement.Clone();
    }

    private static IEnumerable<(JsonElement Sequence, double[] Losses)> Sequences() =>
        Golden().GetProperty("sequences").EnumerateArray()
            .Select(s => (s, s.GetProperty("val_loss").EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? v.GetDouble() : double.NaN).ToArray()));
}
