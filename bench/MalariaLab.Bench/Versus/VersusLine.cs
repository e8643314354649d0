namespace MalariaLab.Bench;

/// <summary>What a line of the table compares.</summary>
internal enum VersusKind { Training, Scoring, Import }

/// <summary>One line of the table.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Recipe">Recipe here and in bench/peer/train.py.</param>
/// <param name="Kind">What is timed.</param>
/// <param name="Limit">Images at most; the deep networks take few batches, for every batch is as fast as the next.</param>
/// <param name="Epochs">Epochs here, of which the fastest counts.</param>
/// <param name="Wanted">Ratio to reach.</param>
internal sealed record VersusLine(string Key, string Recipe, VersusKind Kind, int Limit, int Epochs, double Wanted)
{
    public static IReadOnlyList<VersusLine> All { get; } =
    [
        new("lenet", "lenet", VersusKind.Training, 1536, 3, 2.5),
        new("basic-cnn", "basic-cnn", VersusKind.Training, 512, 2, 1.4),
        new("squeezenet", "squeezenet", VersusKind.Training, 512, 2, 1.5),
        new("cellnet", "cellnet", VersusKind.Training, 768, 2, 1.5),
        new("pneumonia-cnn-deep", "pneumonia-cnn-deep", VersusKind.Training, 320, 2, 1.5),
        new("resnet50v2", "resnet50v2", VersusKind.Training, 192, 2, 1.1),
        new("vgg19-finetuned", "vgg19-finetuned", VersusKind.Training, 256, 2, 1.1),
        // The peer computes the frozen part anew for every image; here it comes from the cache, which is not part of the epoch.
        new("vgg19-frozen", "vgg19-frozen", VersusKind.Training, 256, 4, 50),
        new("evaluate", "lenet", VersusKind.Scoring, 2209, 1, 2.5),
        new("import", "lenet", VersusKind.Import, int.MaxValue, 0, 2),
    ];
}
