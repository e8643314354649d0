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
using MalariaLab.Worker.Downloads;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Imports;

/// <summary>
/// Fills a dataset version from its source. Everything becomes visible in one transaction at the end, so an import that was cut off shows nothing
/// and simply starts over.
/// </summary>
internal sealed class ImportHandler(
    IDbContextFactory<LabDbContext> contexts,
    ContentStore store,
    DatasetVersionWriter versions,
    DerivedVersions derived,
    ImportSources sources,
    FileDownload download,
    DatasetInsights insights) : IJobHandler
{
    private const long LargestDownload = 64L << 30;

    public JobKind Kind => JobKind.Import;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var (import, isDone) = await LoadAsync(job, cancellationToken);
        try
        {
            if (!isDone) await ImportAsync(job, import, cancellationToken);
        }
        catch (Exception e) when (job.Stop is StopReason.None or StopReason.Canceled && e is not Data.Runs.OwnershipLostException)
        {
            var sentence = job.Stop == StopReason.Canceled ? "The import was canceled." : e is ExplainedException ? e.Message : $"An internal error ended the import: {e.Message}";
            await versions.FailAsync(job, import.VersionId, sentence, CancellationToken.None);
            if (e is ExplainedException or OperationCanceledException) sources.Discard(import);
            throw;
        }
        sources.Discard(import);
        await insights.StartAllAsync(import.VersionId, new Actor(import.CreatedById, "import"), cancellationToken);
        return null;
    }

    private async Task<(Import Import, bool IsDone)> LoadAsync(JobContext job, CancellationToken cancellation)
    {
        var importId = JsonSerializer.Deserialize<ImportPayload>(job.PayloadJson, SpecJson.Options)!.ImportId;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var import = await db.Imports.AsNoTracking().SingleAsync(i => i.Id == importId, cancellation);
        var status = await db.DatasetVersions.Where(v => v.Id == import.VersionId).Select(v => v.Status).SingleAsync(cancellation);
        // A worker that died between its last transaction and its report has done the work; what follows on it may be left.
        return (import, status is DatasetVersionStatus.Ready or DatasetVersionStatus.NotReady);
    }

    private async Task ImportAsync(JobContext job, Import import, CancellationToken cancellation)
    {
        job.Progress.Report(("Opening the source", null));
        var options = ImportOptions.FromJson(import.OptionsJson);
        var kept = options.Changes is { } changes ? await derived.KeepAsync(changes, cancellation) : null;
        var rule = ParseRule(kept is null ? options : await ParentRuleAsync(kept.Parent, options, cancellation));
        if (options.Download is { } published)
            await download.FetchAsync(published.Address, new(ChecksumKind.Sha256, published.Sha256), sources.Target(import), LargestDownload, job.Progress, cancellation);
        using var source = sources.Open(import, options);

        var layout = ArchiveLayout.Of([.. source.Files.Select(file => file.Path)]);
        var classes = kept?.Parent.ClassNames ?? layout.Classes;
        var labels = layout.Classes.Select(name => classes.ToList().IndexOf(name)).ToArray();
        // The manifest's order is that of the paths, whatever order an archive has: zip and folder of one content give one manifest.
        var files = source.Files.Zip(layout.Files).Where(pair => !pair.Second.IsClutter).OrderBy(pair => pair.Second.Path, StringComparer.Ordinal).ToList();
        var placed = files.Where(pair => pair.Second.Label is { } label && labels[label] >= 0).ToList();
        var manifest = new ManifestBuilder(classes, rule, kept?.Images);
        foreach (var (_, file) in files)
            if (file.Label is not { } label) manifest.AddUnplaced(file.Path);
            else if (labels[label] < 0) manifest.AddUnknownClass(file.Path, layout.Classes[label]);

        await using var pack = store.BeginWrite();
        var done = 0;
        await foreach (var file in SourceReader.CheckAsync(source, placed.Select(pair => pair.First), cancellation))
        {
            var place = placed[done].Second;
            if (manifest.Add(place, labels[place.Label!.Value], file)) pack.Add(file.Check.Facts!.Sha256, file.Bytes);
            done++;
            job.Progress.Report(($"Checking images: {done:N0} of {placed.Count:N0}", (double)done / placed.Count));
        }

        job.Progress.Report(("Storing the images", 1));
        var added = manifest.Images.Count - (kept?.Images.Count ?? 0);
        if (kept is not null && added + kept.Excluded + kept.Relabelled == 0)
        {
            var reasons = string.Join(' ', manifest.Refusals.Take(3).Select(r => $"{r.Path}: {r.Reason}"));
            throw new ExplainedException($"None of the {files.Count:N0} files could be added, so there is no new version. {reasons}");
        }
        if (kept is not null) manifest.Sort();
        await versions.CompleteAsync(job, import.VersionId, new VersionContent
        {
            ClassNames = classes,
            PositiveClass = kept is null ? PositiveClassOf(layout.Classes, options) : kept.Parent.PositiveClass,
            GroupRule = rule.Text,
            Images = manifest.Images,
            Refusals = manifest.Refusals,
            Verdict = manifest.Verdict,
            Derived = kept is null ? null : new(options.Changes!, kept.Excluded, kept.Relabelled, added),
        }, pack, cancellation);
    }

    /// <summary>The rule that the version's groups were found by; a CSV map comes with the added images, else it is the one that an earlier import brought.</summary>
    private async Task<ImportOptions> ParentRuleAsync(DatasetVersion parent, ImportOptions options, CancellationToken cancellation)
    {
        var rule = new ImportOptions { GroupRule = parent.GroupRule, GroupMapCsv = options.GroupMapCsv };
        if (!rule.GroupRule.StartsWith("csv:", StringComparison.Ordinal) || rule.GroupMapCsv is not null) return rule;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var earlier = await db.Imports.AsNoTracking().Where(i => db.DatasetVersions.Any(v => v.Id == i.VersionId && v.DatasetId == parent.DatasetId && v.Number <= parent.Number))
            .OrderByDescending(i => i.Id).Select(i => i.OptionsJson).ToListAsync(cancellation);
        return rule with { GroupMapCsv = earlier.Select(json => ImportOptions.FromJson(json).GroupMapCsv).FirstOrDefault(map => map is not null) };
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
