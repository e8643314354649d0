using System.Globalization;
using MalariaLab.Core;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Imaging;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace MalariaLab.Web.Features.Predict;

/// <summary>An image and what the network says of it.</summary>
/// <param name="Picture">Small copy as a data address; null where the file cannot be decoded.</param>
/// <param name="Answer">The answer.</param>
public sealed record PredictedImage(string? Picture, ImagePrediction Answer);

/// <summary>Takes images and shows the network's answers, newest first.</summary>
public sealed partial class ImagePredictions : ComponentBase, IDisposable
{
    private const int PictureSide = 320;
    private readonly CancellationTokenSource closed = new();
    private readonly List<PredictedImage> images = [];
    private int pending, opacity = 55, inputs;
    private string? refusal;

    /// <summary>The run whose network is asked.</summary>
    [Parameter, EditorRequired]
    public RunRow Run { get; set; } = null!;

    /// <summary>Who asks.</summary>
    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = null!;

    /// <summary>Whether the visitor may.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    [Inject]
    private Predictor Predictor { get; set; } = null!;

    private IReadOnlyList<string> Classes { get; set; } = [];

    private async Task Score(InputFileChangeEventArgs chosen)
    {
        refusal = null;
        var stored = new List<UploadedImage>();
        try
        {
            if (!MayChange || pending > 0) return;
            if (chosen.FileCount > Predictor.MaxImages)
            {
                throw new ExplainedException(T[
                    "{0} images are more than {1} at once: import them as a dataset and evaluate the run on it.",
                    chosen.FileCount,
                    Predictor.MaxImages]);
            }
            var files = chosen.GetMultipleFiles(Predictor.MaxImages);
            if (files.Sum(f => f.Size) > Predictor.MaxBytes)
                throw new ExplainedException(T["These files are larger than {0} together: choose fewer.", Figures.Bytes(Predictor.MaxBytes)]);
            pending = files.Count;
            StateHasChanged();
            foreach (var file in files)
            {
                await using var content = file.OpenReadStream(Predictor.MaxBytes, closed.Token);
                stored.Add(await Predictor.StoreAsync(file.Name, content, closed.Token));
            }
            // Read now, because the answer deletes the files; the small copies are made while the worker scores.
            var pictures = await Task.Run(() => stored.ConvertAll(image => File.ReadAllBytes(Predictor.PathOf(image))), closed.Token);
            var small = Task.Run(() => pictures.ConvertAll(Picture), closed.Token);
            var result = await Predictor.PredictAsync((Run.Id, Run.Name, Run.Status), stored, explain: true, Actor, closed.Token);
            Classes = result.ClassNames;
            images.InsertRange(0, (await small).Zip(result.Images, (picture, answer) => new PredictedImage(picture, answer)));
            if (images.Count > Predictor.MaxImages) images.RemoveRange(Predictor.MaxImages, images.Count - Predictor.MaxImages);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception e) when (e is ExplainedException or IOException)
        {
            refusal = e is ExplainedException ? e.Message : T["The images could not be stored: {0}", e.Message];
        }
        finally
        {
            Predictor.Discard(stored);
            pending = 0;
            // A fresh input, so that choosing the same file again counts as a choice.
            inputs++;
        }
    }

    private static string? Picture(byte[] file)
    {
        try
        {
            return "data:image/webp;base64," + Convert.ToBase64String(ImageCodec.Thumbnail(file, PictureSide));
        }
        catch (ImageException)
        {
            return null;
        }
    }

    private void Fade(ChangeEventArgs change) => opacity = int.Parse((string)change.Value!, CultureInfo.InvariantCulture);

    /// <inheritdoc />
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }
}
