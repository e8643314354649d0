using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Architectures;

public sealed class GoldenModelTests
{
    /// <summary>Golden name, key, and the dropout that the golden list counts (it leaves out VGG's).</summary>
    public static TheoryData<string, string, double?> Models => new()
    {
        { "lenet", "lenet", null },
        { "basic_cnn", "basic-cnn", null },
        { "vgg19_head", "vgg19", 0 },
        { "resnet50v2_head", "resnet50v2", null },
        { "pneumonia_a", "pneumonia-cnn", null },
        { "squeezenet11_notop", "squeezenet", null },
    };

    [Theory, MemberData(nameof(Models))]
    public void Layers_OfPublishedModel_EqualGoldenNamesTypesShapesAndCounts(string golden, string key, double? dropout)
    {
        var model = Golden(golden);
        var graph = Build(key, dropout);
        var withoutHead = golden.EndsWith("notop", StringComparison.Ordinal);
        var layers = graph.Layers.Where(l => !withoutHead || !l.IsHead).ToList();
        var expected = model.GetProperty("layers").EnumerateArray().ToList();

        Assert.Equal(expected.Select(Describe), layers.Select(Describe));
        Assert.Equal(model.GetProperty("total").GetInt64(), layers.Sum(l => l.Parameters + l.Statistics));
    }

    [Theory, MemberData(nameof(Models))]
    public void Count_UnderFreezeChoice_EqualsGoldenVariant(string golden, string key, double? dropout)
    {
        if (golden.EndsWith("notop", StringComparison.Ordinal)) return;
        var graph = Build(key, dropout);
        foreach (var variant in Golden(golden).GetProperty("variants").EnumerateArray())
        {
            var weights = variant.GetProperty("name").GetString() switch
            {
                "all_trainable" => new WeightsSpec(),
                "base_frozen" => new WeightsSpec { Freeze = FreezeMode.Backbone },
                "blocks_4_and_5_trainable" => new WeightsSpec { Freeze = FreezeMode.Before, TrainableFrom = "block4" },
                var other => throw new InvalidOperationException(other),
            };
            var count = graph.Count(weights);
            Assert.Equal(variant.GetProperty("trainable").GetInt64(), count.Trainable);
            Assert.Equal(variant.GetProperty("non_trainable").GetInt64(), count.NonTrainable);
            Assert.Equal(
                variant.GetProperty("frozen_layers").EnumerateArray().Select(n => n.GetString()),
                graph.Layers.Where(l => l.Parameters > 0 && graph.IsFrozen(l, weights)).Select(l => l.Name));
        }
    }

    private static NetworkGraph Build(string key, double? dropout) =>
        ArchitectureCatalogue.Build(ArchitectureCatalogue.Find(key)!.Defaults with { Dropout = dropout }, classes: 2);

    private static JsonElement Golden(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedFiles.Golden("models.json")));
        return document.RootElement.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == name).Clone();
    }

    private static string Describe(JsonElement layer)
    {
        var config = layer.GetProperty("config");
        string Text(string name) => config.TryGetProperty(name, out var value) ? value.ToString() : "-";
        return string.Join(' ',
            layer.GetProperty("name"), layer.GetProperty("type"), Join(layer, "inputs"), Join(layer, "output_shape"),
            layer.GetProperty("trainable_parameters"), layer.GetProperty("non_trainable_parameters"),
            Text("filters"), Text("kernel"), Text("stride"), Text("padding"), Text("use_bias"), Text("activation"), Text("units"), Text("pool"), Text("rate"), Text("epsilon"));
    }

    private static string Join(JsonElement layer, string name) => string.Join(',', layer.GetProperty(name).EnumerateArray());

    private static string Describe(Layer layer)
    {
        var shape = layer.Shape;
        var (filters, kernel, stride, padding, bias, activation, units, pool, rate, epsilon) = ("-", "-", "-", "-", "-", "-", "-", "-", "-", "-");
        static string Name(Activation a) => a == Activation.Relu ? "relu" : "linear";
        switch (layer.Op)
        {
            case Conv2D c:
                (filters, kernel, stride, bias) = ($"{c.Filters}", $"{c.Kernel}", $"{c.Stride}", $"{c.Bias}");
                (padding, activation) = (c.Padding == Padding.Same ? "same" : "valid", Name(c.Activation));
                break;
            case ZeroPad z: padding = $"{z.Pixels}"; break;
            case MaxPool p: (pool, stride, padding) = ($"{p.Pool}", $"{p.Stride}", "valid"); break;
            case AvgPool p: (pool, stride, padding) = ($"{p.Pool}", $"{p.Stride}", "valid"); break;
            case Subsample s: (pool, stride, padding) = ("1", $"{s.Stride}", "valid"); break;
            case Dense d: (units, activation) = ($"{d.Units}", Name(d.Activation)); break;
            case Output o: (units, activation) = ($"{o.Units}", o.Unit == OutputUnit.Sigmoid ? "sigmoid" : "softmax"); break;
            case Dropout d: rate = $"{d.Rate}"; break;
            case BatchNorm n: epsilon = n.Epsilon.ToString("0.######e-00"); break;
        }
        return string.Join(' ',
            layer.Name, layer.Op.Type, string.Join(',', layer.Inputs), shape.IsVector ? shape.Channels : $"{shape.Height},{shape.Width},{shape.Channels}",
            layer.Parameters, layer.Statistics, filters, kernel, stride, padding, bias, activation, units, pool, rate, epsilon);
    }
}
