using MalariaLab.Core.Jobs;
using MalariaLab.Imaging;
using MalariaLab.Training.Explanations;
using MalariaLab.Training.Scoring;

namespace MalariaLab.Worker.Models;

/// <summary>Scores and explains single image files.</summary>
internal static class ImageScoring
{
    /// <summary>Most images of one task: what a page shows at once.</summary>
    public const int MaxImages = 256;

    /// <summary>Decodes, scores and, where asked for, explains; a file that cannot be decoded gets its reason.</summary>
    /// <param name="model">The network.</param>
    /// <param name="views">Test-time views that are averaged, as in the run's own test.</param>
    /// <param name="files">Name and contents of each file.</param>
    /// <param name="explain">Also Grad-CAM.</param>
    /// <param name="classIndex">The class to explain; null takes each image's predicted one.</param>
    public static PredictionResult Score(ModelScorer model, int views, IReadOnlyList<(string Name, byte[] Bytes)> files, bool explain, int? classIndex)
    {
        var results = new ImagePrediction[files.Count];
        var decoded = new List<(int Index, PixelImage Image)>();
        for (var i = 0; i < files.Count; i++)
        {
            try
            {
                decoded.Add((i, ImageCodec.Decode(files[i].Bytes, model.Architecture.Channels)));
            }
            catch (ImageException e)
            {
                var isZip = files[i].Bytes.AsSpan().StartsWith("PK\x3\x4"u8);
                results[i] = new(files[i].Name, isZip ? "This file cannot be used: it is a zip archive. Import it as a dataset and evaluate the run on it." : e.Message);
            }
        }
        if (decoded.Count > 0)
        {
            var images = decoded.ConvertAll(d => d.Image);
            var scores = model.Score(images, views).Chunk(model.ClassNames.Count).Select(row => Array.ConvertAll(row, p => (double)p)).ToList();
            var predicted = scores.ConvertAll(row => Array.IndexOf(row, row.Max()));
            var maps = explain ? model.Explain(images, predicted.ConvertAll(p => classIndex ?? p)) : null;
            foreach (var (k, (index, _)) in decoded.Index())
                results[index] = new(files[index].Name, null, predicted[k], scores[k], maps?[k].ClassIndex, maps is null ? null : Paint(maps[k]));
        }
        return new(model.ClassNames, results);
    }

    /// <summary>Black over red and yellow to white, each channel taking a third of the range.</summary>
    private static byte[] Paint(HeatMap map)
    {
        var pixels = new byte[map.Values.Length * 3];
        for (var i = 0; i < map.Values.Length; i++)
            for (var channel = 0; channel < 3; channel++)
                pixels[(i * 3) + channel] = (byte)Math.Round(255 * Math.Clamp((map.Values[i] * 3) - channel, 0, 1));
        return ImageCodec.Encode(new PixelImage(map.Width, map.Height, 3, pixels), ImageFormat.Png);
    }
}
