using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Api;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Exports;

/// <summary>What of a run can be taken away, and the files themselves.</summary>
public sealed class RunExports(IDbContextFactory<LabDbContext> contexts, LabPaths paths)
{
    private const string Weights = "weights.safetensors", Onnx = "model.onnx", Events = "tensorboard";

    private static readonly (string Scope, string Prefix, string What)[] Parts =
        [(PredictionScope.Test, "predictions", "Test predictions"), (PredictionScope.Validation, "validation-predictions", "Validation predictions")];

    /// <summary>Formats by name.</summary>
    public static IReadOnlyList<string> Formats { get; } =
        ["history.csv", "history.json", Events, .. Parts.SelectMany(part => (string[])[$"{part.Prefix}.csv", $"{part.Prefix}.json"]), Weights, Onnx];

    /// <summary>One file of a run.</summary>
    /// <exception cref="NotFoundException">The run lacks it; the sentence says why.</exception>
    public async Task<RunExport> FindAsync(long runId, string format, CancellationToken ct)
    {
        if (!Formats.Contains(format))
            throw new NotFoundException($"There is no export \"{format}\". There are {string.Join(", ", Formats)}.");
        if ((await ListAsync(runId, ct)).FirstOrDefault(e => e.Format == format) is { } export) return export;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, ct) ?? throw new NotFoundException($"There is no run {runId}.");
        var lacks = format switch
        {
            Weights or Onnx => "weights",
            _ when format.StartsWith("history", StringComparison.Ordinal) || format == Events => "finished epoch",
            _ => (format.StartsWith(Parts[1].Prefix, StringComparison.Ordinal) ? Parts[1] : Parts[0]).What.ToLowerInvariant(),
        };
        throw new NotFoundException($"Run {run.Id} ({run.Name}) has no {lacks}: it is {run.Status}.");
    }

    /// <summary>The files that a run has, cheap to ask; none for a run that is not there.</summary>
    public async Task<IReadOnlyList<RunExport>> ListAsync(long runId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var run = await db.Runs.AsNoTracking().Include(r => r.Experiment!.DatasetVersion!.Dataset).Include(r => r.Experiment!.Split)
            .SingleOrDefaultAsync(r => r.Id == runId, ct);
        if (run is null) return [];
        var name = ExportNames.Of(run.Id, run.Name);
        var exports = new List<RunExport>();

        var epochs = await db.Epochs.CountAsync(e => e.RunId == runId, ct);
        if (epochs > 0)
        {
            var last = await db.Epochs.Where(e => e.RunId == runId).OrderByDescending(e => e.Epoch).Select(e => e.At).FirstAsync(ct);
            exports.Add(History("history.csv", $"{name}-history.csv", "Loss, accuracy and learning rate of every epoch", (stream, rows, _) => HistoryFile.WriteCsv(stream, rows)));
            exports.Add(History("history.json", $"{name}-history.json", "The same as JSON", (stream, rows, _) => HistoryFile.WriteJson(stream, run, rows)));
            var events = FormattableString.Invariant($"events.out.tfevents.{last.ToUnixTimeSeconds()}.{name}");
            exports.Add(History(Events, events, "The same for TensorBoard", HistoryFile.WriteEvents));
        }
        foreach (var (scope, prefix, what) in Parts)
            if (await Sets(db, run, scope).Select(s => (int?)s.Count).FirstOrDefaultAsync(ct) is { } images)
            {
                var words = $"{what}: image, group, label, predicted class, probabilities";
                exports.Add(new($"{prefix}.csv", $"{name}-{prefix}.csv", words, images, null, async token => (await ReadAsync(run, scope, token)).WriteCsv));
                exports.Add(new($"{prefix}.json", $"{name}-{prefix}.json", "The same as JSON", images, null, async token => (await ReadAsync(run, scope, token)).WriteJson));
            }
        if (await db.Artifacts.AsNoTracking().SingleOrDefaultAsync(a => a.RunId == runId && a.Kind == ArtifactKind.Weights, ct) is { } weights
            && paths.Artifact(runId, weights.FileName) is var file && File.Exists(file))
        {
            exports.Add(new(
                Weights,
                $"{name}.safetensors",
                "The weights that were evaluated, as safetensors",
                null,
                weights.Bytes,
                token => Task.FromResult<Func<Stream, Task>>(stream => CopyAsync(file, stream, token))));
            exports.Add(new(Onnx, $"{name}.onnx", "The network with these weights and its pixel scaling, as ONNX", null, OnnxBytes(run, weights, file), token =>
            {
                var model = ModelFile.Create(run, weights, file);
                return Task.FromResult<Func<Stream, Task>>(async stream =>
                {
                    await using var source = File.OpenRead(file);
                    await model.WriteAsync(source, stream, token);
                });
            }));
        }
        return exports;

        RunExport History(string format, string fileName, string what, Func<Stream, IReadOnlyList<EpochRow>, CancellationToken, Task> write) =>
            new(format, fileName, what, epochs, null, async token =>
            {
                await using var source = await contexts.CreateDbContextAsync(token);
                var rows = await source.Epochs.AsNoTracking().Where(e => e.RunId == runId).OrderBy(e => e.Epoch).ToListAsync(token);
                return stream => write(stream, rows, token);
            });
    }

    /// <summary>What a run said of every image of another dataset that it was evaluated on.</summary>
    /// <exception cref="NotFoundException">It was not.</exception>
    public async Task<RunExport> OnDatasetAsync(long runId, long versionId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, ct) ?? throw new NotFoundException($"There is no run {runId}.");
        var version = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).SingleOrDefaultAsync(v => v.Id == versionId, ct)
            ?? throw new NotFoundException($"There is no dataset version {versionId}.");
        var set = await db.PredictionSets.AsNoTracking().SingleOrDefaultAsync(s => s.RunId == runId && s.DatasetVersionId == versionId && s.Scope == PredictionScope.All, ct)
            ?? throw new NotFoundException($"Run {run.Id} ({run.Name}) has not scored {version.Dataset!.Name}: evaluate it there first.");
        return new(
            "predictions.csv",
            $"{ExportNames.Of(run.Id, run.Name)}-on-{ExportNames.Of(version.DatasetId, version.Dataset!.Name)}-predictions.csv",
            "Predictions: image, group, label, predicted class, probabilities",
            set.Count,
            null,
            async token => (await ReadAsync(run, version, set, _ => true, token)).WriteCsv);
    }

    private static IQueryable<PredictionSet> Sets(LabDbContext db, Run run, string scope) =>
        db.PredictionSets.AsNoTracking().Where(s => s.RunId == run.Id && s.Scope == scope && s.DatasetVersionId == run.Experiment!.DatasetVersionId);

    private async Task<PredictionFile> ReadAsync(Run run, string scope, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (assignment, part) = (run.Experiment!.Split!.Assignment, scope == PredictionScope.Test ? SplitPart.Test : SplitPart.Validation);
        return await ReadAsync(run, run.Experiment.DatasetVersion!, await Sets(db, run, scope).FirstAsync(ct), i => i < assignment.Length && assignment[i] == (byte)part, ct);
    }

    private async Task<PredictionFile> ReadAsync(Run run, DatasetVersion version, PredictionSet set, Predicate<int> isScored, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == version.Id).OrderBy(i => i.Ordinal).ToListAsync(ct);
        images.RemoveAll(i => !isScored(i.Ordinal));
        var predictions = PredictionBlob.Read(set.Blob, version.ClassNames);
        if (images.Count != predictions.Count)
            throw new ExplainedException($"Run {run.Id} scored {predictions.Count} images, "
                + $"but the manifest of {version.Dataset!.Name} has {images.Count} in that part; evaluate the run again.");
        return new(run, version, set, images, predictions);
    }

    // A list must not fail over one damaged file; asking for that file says what is wrong with it.
    private static long? OnnxBytes(Run run, Artifact weights, string file)
    {
        try { return ModelFile.Create(run, weights, file).Length; }
        catch (Exception e) when (e is ExplainedException or IOException) { return null; }
    }

    private static async Task CopyAsync(string file, Stream target, CancellationToken ct)
    {
        await using var source = File.OpenRead(file);
        await source.CopyToAsync(target, ct);
    }
}
