namespace MalariaLab.Core.Datasets.Insights;

/// <summary>A feature of the audit and its columns: one row an image.</summary>
public sealed record ShortcutFeature(string Key, double[][] Columns);

/// <summary>The features of the shortcut audit.</summary>
public static class ShortcutFeatures
{
    /// <summary>All features together.</summary>
    public const string All = "all";

    /// <summary>Width, height, aspect ratio, bytes, mean colour, share of background, and the format where there are several.</summary>
    public static IReadOnlyList<ShortcutFeature> Of(IReadOnlyList<AuditImage> images)
    {
        List<ShortcutFeature> features =
        [
            One("width", i => i.Width),
            One("height", i => i.Height),
            One("aspect", i => Math.Log((double)i.Width / i.Height)),
            One("bytes", i => Math.Log(Math.Max(1, i.Bytes))),
            new("colour", [.. images.Select(i => (double[])[i.Red, i.Green, i.Blue])]),
            One("background", i => i.BackgroundShare),
        ];
        var formats = images.Select(i => i.Format).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Skip(1).ToArray();
        if (formats.Length > 0) features.Add(new("format", [.. images.Select(i => Array.ConvertAll(formats, f => i.Format == f ? 1.0 : 0))]));
        return features;

        ShortcutFeature One(string key, Func<AuditImage, double> value) => new(key, [.. images.Select(i => (double[])[value(i)])]);
    }

    /// <summary>The columns of all features side by side.</summary>
    public static double[][] Join(IReadOnlyList<ShortcutFeature> features) =>
        [.. Enumerable.Range(0, features[0].Columns.Length).Select(i => features.SelectMany(f => f.Columns[i]).ToArray())];

    /// <summary>The feature in words, as the middle of a sentence.</summary>
    public static string Words(string key) => key switch
    {
        "width" => "image width",
        "height" => "image height",
        "aspect" => "the ratio of width to height",
        "bytes" => "the file size",
        "colour" => "the mean colour",
        "background" => "the share of black background",
        "format" => "the file format",
        _ => "all of them together",
    };
}
