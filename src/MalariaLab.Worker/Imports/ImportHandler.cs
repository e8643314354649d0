using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Store;
using MalariaLab.Imaging.Sources;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Imports;

/// <summary>
/// Fills a dataset version from its source. Everything becomes visible in one transaction at the end, so an import that was cut off leaves nothing
/// and simply starts over.
/// </summary>
internal sealed class ImportHandler(IDbContextFactory<LabDbContext> contexts, ContentStore store, DatasetVersionWriter versions, ImportSources sources) : IJobHandler
{
    public JobKind Kind => JobKind.Import;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var import = await LoadAsync(job, cancellationToken);
        if (import is null) return null;
        try
        {
            await ImportAsync(job, import, cancellationToken);
        }
        catch (Exception e) when (job.Stop is StopReason.None or StopReason.Canceled && e is not Data.Runs.OwnershipLostException)
        {
            var sentence = job.Stop == StopReason.Canceled ? "The import was canceled." : e is ExplainedException ? e.Message : $"An internal error ended the import: {e.Message}";
            await versions.FailAsync(job, import.VersionId, sentence, CancellationToken.None);
            if (e is ExplainedException or OperationCanceledException) sources.Discard(import);
            throw;
        }
        sources.Discard(import);
        return null;
    }

    private async Task<Import?> LoadAsync(JobContext job, CancellationToken cancellation)
    {
        var importId = JsonSerializer.Deserialize<ImportPayload>(job.PayloadJson, SpecJson.Options)!.ImportId;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var import = await db.Imports.AsNoTracking().SingleAsync(i => i.Id == importId, cancellation);
        var status = await db.DatasetVersions.Where(v => v.Id == import.VersionId).Select(v => v.Status).SingleAsync(cancellation);
        // A worker that died between its last transaction and its report has done the work.
        return status is DatasetVersionStatus.Ready or DatasetVersionStatus.NotReady ? null : import;
    }

    private async Task ImportAsync(JobContext job, Import import, CancellationToken cancellation)
    {
        job.Progress.Report(("Opening the source", null));
        var options = ImportOptions.FromJson(import.OptionsJson);
        var rule = ParseRule(options);
        using var source = sources.Open(import, options);

        var layout = ArchiveLayout.Of([.. source.Files.Select(file => file.Path)]);
        // The manifest's order is that of the paths, whatever order an archive has: zip and folder of one content give one manifest.
        var files = source.Files.Zip(layout.Files).Where(pair => !pair.Second.IsClutter).OrderBy(pair => pair.Second.Path, StringComparer.Ordinal).ToList();
        var placed = files.Where(pair => pair.Second.Label is not null).ToList();
        var manifest = new ManifestBuilder(layout, rule);
        foreach (var (_, file) in files.Where(pair => pair.Second.Label is null)) manifest.AddUnplaced(file.Path);

        await using var pack = store.BeginWrite();
        var done = 0;
        await foreach (var file in SourceReader.CheckAsync(source, placed.Select(pair => pair.First), cancellation))
        {
            if (manifest.Add(placed[done].Second, file)) pack.Add(file.Check.Facts!.Sha256, file.Bytes);
            done++;
            job.Progress.Report(($"Checking images: {done:N0} of {placed.Count:N0}", (double)done / placed.Count));
        }

        job.Progress.Report(("Storing the images", 1));
        var verdict = manifest.Verdict;
        await versions.CompleteAsync(job, import.VersionId, new VersionContent
        {
            ClassNames = layout.Classes,
            PositiveClass = PositiveClassOf(layout.Classes, options),
            GroupRule = rule.Text,
            Images = manifest.Images,
            Refusals = manifest.Refusals,
            Verdict = verdict,
        }, pack, cancellation);
    }

    private static GroupRule ParseRule(ImportOptions options)
    {
        try
        {
            return options.ToGroupRule();
        }
        catch (FormatException e)
        {
            throw new ExplainedException(e.Message, e);
        }
    }

    private static int? PositiveClassOf(IReadOnlyList<string> classes, ImportOptions options)
    {
        if (options.PositiveClassName is { } name)
        {
            var index = classes.ToList().IndexOf(name);
            return index >= 0 ? index : throw new ExplainedException($"The source has no class folder {name}, which was chosen as positive; it has {string.Join(", ", classes)}.");
        }
        return classes.Count == 2 ? PositiveClass.Guess(classes) : null;
    }
}
