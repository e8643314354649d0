using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Training.Tests.Exports;

/// <summary>Runs models in ONNX Runtime, which <c>./lab test</c> installs from npm.</summary>
internal static class OnnxRuntime
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "tests", "MalariaLab.Training.Tests", "Exports", "onnxruntime");

    /// <summary>Skips the running test where ONNX Runtime is not installed.</summary>
    public static void Require()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node")))
            Assert.Skip("Needs ONNX Runtime (onnxruntime-node), which is not installed: ./lab test installs it where npm can reach its registry.");
    }

    /// <summary>Output of a model for images of float32 pixels, with its signature.</summary>
    public static async Task<(float[] Output, JsonNode Signature)> RunAsync(string model, float[] pixels, int count, params int[] shape)
    {
        var (input, output) = (model + ".in", model + ".out");
        await File.WriteAllBytesAsync(input, MemoryMarshal.AsBytes(pixels.AsSpan()).ToArray(), TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("node", ["run.cjs", model, input, output, .. shape.Prepend(count).Select(n => n.ToString(CultureInfo.InvariantCulture))])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var signature = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, $"ONNX Runtime refused the model: {await errors}");
        return (MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken)).ToArray(), JsonNode.Parse(signature)!);
    }
}
