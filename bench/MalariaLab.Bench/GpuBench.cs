using System.Globalization;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Training;
using MalariaLab.Training.Devices;

namespace MalariaLab.Bench;

/// <summary>Training on a GPU for every recipe, against a PyTorch script that does its best and against the bound of the matrix rate.</summary>
internal static class GpuBench
{
    public const string Usage =
        "gpu [--device cuda:0] [--recipe KEY]… [--images 4096] [--batch 256] [--rounds 3] [--tflops 798] [--python python3]   "
        + "made-up images; needs a LibTorch with CUDA";
    // What one H100 was measured at in bfloat16; another GPU has another rate.
    private const double TeraFlops = 798;
    private const int Epochs = 4;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var device = arguments["device"] ?? "cuda:0";
        if (!TorchDevices.CanTrainOn(device))
        {
            Console.WriteLine($"Nothing was measured: LibTorch {TorchDevices.LibTorchVersion} finds no device {device} here, only {string.Join(", ", TorchDevices.Names)}. "
                + "The engine for a GPU needs one, and a LibTorch with CUDA (LIBTORCH=<dir> ./lab bench gpu).");
            return 0;
        }
        var (images, batch, rounds) = (arguments.Int("images") ?? 4096, arguments.Int("batch") ?? 256, arguments.Int("rounds") ?? 3);
        var rate = (arguments["tflops"] is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : TeraFlops) * 1e12;
        var chosen = arguments.All("recipe").ToList();
        var cuda = TorchDevices.Cuda().FirstOrDefault(d => device == $"cuda:{d.Index}");
        Console.WriteLine(Text($"{cuda?.Name ?? device}, LibTorch {TorchDevices.LibTorchVersion}, {images} images, batch {batch}, bfloat16, bound at {rate / 1e12:0} TFLOP/s\n"));
        Console.WriteLine("| recipe | img/s here | img/s of the peer | ratio | share of the bound |\n|---|---|---|---|---|");
        foreach (var recipe in Recipes.All.Where(r => chosen.Count == 0 || chosen.Contains(r.Key)))
        {
            var spec = Spec(recipe, batch);
            var bound = rate / ArchitectureCatalogue.Build(spec.Architecture, 2).TrainingFlops(spec.Weights);
            var results = new List<(double Here, double Peer)>();
            for (var round = 0; round < rounds; round++)
            {
                var peer = await PeerScript.RateAsync(
                    arguments["python"] ?? "python3", "gpu.py", "train",
                    "--device", device, "--recipe", recipe.Key, "--images", $"{images}", "--batch", $"{batch}", "--epochs", $"{Epochs}");
                results.Add((Train(spec, new Noise(images, spec.Architecture), device), peer));
            }
            var (here, theirs) = (Median(results.Select(r => r.Here)), Median(results.Select(r => r.Peer)));
            Console.WriteLine(Text($"| {recipe.Key} | {here:0} | {theirs:0} | {Median(results.Select(r => r.Here / r.Peer)):0.00} | {here / bound:0.0 %} |"));
        }
        return 0;
    }

    private static ExperimentSpec Spec(Recipe recipe, int batch)
    {
        var data = new DataSpec { DatasetVersionId = 0, SplitId = 0, DatasetHash = new string('0', 64), SplitHash = new string('0', 64) };
        var spec = recipe.CreateSpec(data, 2, Epochs);
        return spec with
        {
            EarlyStopping = null,
            Weights = spec.Weights with { Source = WeightsSource.Random, FileSha256 = null },
            // A frozen backbone without augmentation would be computed once only; the peer computes it in every epoch.
            Augmentation = spec.Weights.Freeze == FreezeMode.Backbone ? new AugmentationSpec { FlipHorizontal = true } : spec.Augmentation,
            Training = spec.Training with { BatchSize = batch, Precision = Precision.BFloat16, Deterministic = false },
        };
    }

    private static double Train(ExperimentSpec spec, Noise data, string device)
    {
        var folder = Directory.CreateTempSubdirectory("malarialab-bench-");
        try
        {
            var request = new TrainingRequest { Spec = spec, Data = data, CheckpointFolder = folder.FullName, Program = "MalariaLab.Bench", Device = device };
            return new Trainer().Run(request, new SilentObserver(), CancellationToken.None).Epochs.Max(e => e.ImagesPerSecond);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Images of noise, all of which train.</summary>
    private sealed class Noise(int count, ArchitectureSpec architecture) : ITrainingData
    {
        private readonly byte[] _pixels = Draw(architecture.Size * architecture.Size * architecture.Channels + 257);

        public IReadOnlyList<string> ClassNames { get; } = ["no", "yes"];

        public int Size => architecture.Size;

        public int Channels => architecture.Channels;

        public ReadOnlySpan<byte> Image(int index) => _pixels.AsSpan(index % 257, Size * Size * Channels);

        public int Label(int index) => index % 2;

        public IReadOnlyList<int> Indices(SplitPart part) => part == SplitPart.Train ? [.. Enumerable.Range(0, count)] : [];

        private static byte[] Draw(int length)
        {
            var pixels = new byte[length];
            new Random(1).NextBytes(pixels);
            return pixels;
        }
    }
}
