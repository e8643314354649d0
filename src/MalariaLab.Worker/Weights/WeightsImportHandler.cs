using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Weights;
using MalariaLab.Training.Weights;
using MalariaLab.Worker.Downloads;

namespace MalariaLab.Worker.Weights;

/// <summary>Takes a weights file into the library: fetches it if need be, reads every tensor, finds its architecture, stores it under its hash.</summary>
internal sealed class WeightsImportHandler(WeightsLibrary library, LabPaths paths, FileDownload download) : IJobHandler
{
    public JobKind Kind => JobKind.WeightsImport;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var import = JsonSerializer.Deserialize<WeightsImport>(job.PayloadJson, SpecJson.Options)!;
        var path = await FileAsync(import, job, cancellationToken);
        try
        {
            var result = await TakeAsync(import, path, job, cancellationToken);
            File.Delete(path);
            return JsonSerializer.Serialize(result, SpecJson.Options);
        }
        catch (Exception e) when (e is ExplainedException || job.Stop == StopReason.Canceled)
        {
            File.Delete(path);
            throw;
        }
    }

    private async Task<string> FileAsync(WeightsImport import, JobContext job, CancellationToken cancellation)
    {
        if (import.Official is { } key)
        {
            var official = OfficialWeights.Get(key);
            var target = Path.Combine(paths.Uploads, $"official-{official.Key}");
            await download.FetchAsync(official.Address, official.Checksum, target, WeightsLibrary.LargestFile, job.Progress, cancellation);
            return target;
        }
        var name = Path.GetFileName(import.StoredName ?? "");
        var path = Path.Combine(paths.Uploads, name);
        return name.Length > 0 && File.Exists(path) ? path : throw new ExplainedException($"The upload of {import.Name} is no longer there: upload it again.");
    }

    private async Task<ImportedWeights> TakeAsync(WeightsImport import, string path, JobContext job, CancellationToken cancellation)
    {
        job.Progress.Report(("Reading the tensors", null));
        var found = WeightsInspection.Of(path, import.Name);
        var sha256 = await FileHash.OfAsync(path, cancellation);
        job.Progress.Report(("Storing the file", 1));
        var file = new Data.Entities.WeightsFile
        {
            Sha256 = sha256,
            Name = import.Name,
            Architecture = found.Architecture,
            Format = found.Format,
            Source = import.Source,
            Licence = import.Licence,
            Bytes = new FileInfo(path).Length,
            TensorsJson = JsonSerializer.Serialize(found.Tensors, SpecJson.Options),
            CreatedById = import.By,
        };
        var stored = paths.WeightsFile(sha256);
        ImportedWeights added;
        do
        {
            // The bytes first: a row never points at nothing, and bytes without a row are the same bytes next time.
            if (!File.Exists(stored)) Training.Weights.WeightsFile.Copy(path, stored);
            added = await library.AddAsync(file, cancellation);
        }
        while (!File.Exists(stored)); // Somebody deleted the same file between the two.
        return added;
    }
}
