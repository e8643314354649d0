using System.Text.Json;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Core.Tests.Evaluation;

/// <summary>Reads reference vectors and compares with them; null there demands null here.</summary>
internal static class GoldenJson
{
    public static JsonElement Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedFiles.Golden(file)));
        return document.RootElement.Clone();
    }

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.GetProperty(name).EnumerateArray();

    public static double[] Doubles(this JsonElement element, string name) => [.. element.Items(name).Select(x => x.GetDouble())];

    public static int[] Ints(this JsonElement element, string name) => [.. element.Items(name).Select(x => x.GetInt32())];

    public static bool[] Bools(this JsonElement element, string name) => [.. element.Items(name).Select(x => x.GetInt32() == 1)];

    public static double? Nullable(this JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetDouble();

    public static void Close(JsonElement parent, string key, double? actual, double tolerance = 1e-9)
    {
        Close(parent.GetProperty(key).Nullable(), actual, tolerance, key);
    }

    public static void Close(double? expected, double? actual, double tolerance, string what)
    {
        if (expected is null || actual is null) Assert.True(expected == actual, $"{what}: expected {expected?.ToString() ?? "null"}, got {actual?.ToString() ?? "null"}");
        else Assert.True(Math.Abs(expected.Value - actual.Value) <= tolerance, $"{what}: expected {expected:R}, got {actual:R}");
    }

    public static void CloseAll(JsonElement parent, string key, IEnumerable<double?> actual, double tolerance = 1e-9)
    {
        var expected = parent.Items(key).Select(Nullable).ToArray();
        var found = actual.ToArray();
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < found.Length; i++) Close(expected[i], found[i], tolerance, $"{key}[{i}]");
    }
}
