using System.Text;
using System.Text.Json;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Live;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Runs;

/// <summary>What the run page shows.</summary>
/// <param name="Detail">The run.</param>
/// <param name="Split">Its split.</param>
/// <param name="By">Who made it.</param>
/// <param name="Parent">The run that it was cloned from or starts from.</param>
public sealed record RunView(RunDetail Detail, Split Split, string? By, RunDetail? Parent)
{
    /// <summary>The row.</summary>
    public Run Run => Detail.Run;

    /// <summary>Figures on the run's own test part; null until they are there.</summary>
    public EvaluationReport? Test { get; } = Report(Detail, PredictionScope.Test);

    /// <summary>Figures on its validation part; null until they are there.</summary>
    public EvaluationReport? Validation { get; } = Report(Detail, PredictionScope.Validation);

    /// <summary>What was changed against the parent; empty without one.</summary>
    public IReadOnlyList<SpecChange> Changes => Parent is null ? [] : SpecDiff.Between(Parent.Spec, Detail.Spec);

    private static EvaluationReport? Report(RunDetail detail, string scope) =>
        detail.Evaluations.FirstOrDefault(e => e.Scope == scope && e.DatasetVersionId == detail.Version.Id) is { } row
            ? JsonSerializer.Deserialize<EvaluationReport>(row.ReportJson, JsonSerializerOptions.Web) : null;
}

/// <summary>Reads for the run page that the data layer's own queries do not give in one.</summary>
public sealed class RunViews(RunQueries runs, IDbContextFactory<LabDbContext> contexts, LabPaths paths)
{
    /// <summary>Bytes of a log that a page reads at once.</summary>
    public const int LogBytes = 64 << 10;

    // Everyone who watches a run asks at the moment of a change.
    private readonly SharedReads<long, RunView?> views = new(id => ReadAsync(runs, contexts, id));
    private readonly SharedReads<(long Id, int After), IReadOnlyList<EpochRecord>> epochs = new(key => runs.EpochsAsync(key.Id, key.After));
    private readonly SharedReads<long, LiveRun?> live = new(async id => (await runs.LiveAsync([id])).SingleOrDefault());

    /// <summary>The run, or null.</summary>
    public Task<RunView?> FindAsync(long id) => views.ReadAsync(id);

    /// <summary>Its epochs after <paramref name="after"/>, in order.</summary>
    public Task<IReadOnlyList<EpochRecord>> EpochsAsync(long id, int after) => epochs.ReadAsync((id, after));

    /// <summary>Only what moves while it runs, or null.</summary>
    public Task<LiveRun?> LiveAsync(long id) => live.ReadAsync(id);

    /// <summary>Test images that the runs behind its start learned from.</summary>
    public async Task<int> SeenByStartAsync(RunView view)
    {
        if (view.Detail.Spec.Weights.StartRun is not { } start) return 0;
        await using var db = await contexts.CreateDbContextAsync();
        return await db.SeenTestImagesAsync(view.Split.Id, start);
    }

    private static async Task<RunView?> ReadAsync(RunQueries runs, IDbContextFactory<LabDbContext> contexts, long id)
    {
        if (await runs.FindAsync(id) is not { } detail) return null;
        await using var db = await contexts.CreateDbContextAsync();
        return new(detail,
            await db.Splits.AsNoTracking().SingleAsync(s => s.Id == detail.Row.SplitId),
            await db.Users.Where(u => u.Id == detail.Row.CreatedById).Select(u => u.DisplayName).SingleOrDefaultAsync(),
            detail.Row.ParentRunId is { } parent ? await runs.FindAsync(parent) : null);
    }

    /// <summary>Validation (or else training) accuracy of running runs, epoch by epoch, for sparklines.</summary>
    public async Task<IReadOnlyDictionary<long, IReadOnlyList<double?>>> SparksAsync(IReadOnlyCollection<long> ids)
    {
        const int Shown = 60;
        var histories = await runs.EpochsAsync(ids);
        return histories.ToDictionary(e => e.Key, e => (IReadOnlyList<double?>)[.. e.Value.TakeLast(Shown).Select(r => r.ValAccuracy ?? r.TrainAccuracy)]);
    }

    /// <summary>Whole lines of the run's log after <paramref name="from"/>; with null its last lines. <c>End</c> is where to go on; 0 while there is no log.</summary>
    public async Task<(string Text, long End)> LogAsync(long id, long? from = null)
    {
        if (OpenLog(id) is not { } file) return ("", 0);
        await using (file)
        {
            var start = from is { } known && known <= file.Length ? known : Math.Max(0, file.Length - LogBytes);
            file.Seek(start, SeekOrigin.Begin);
            var bytes = new byte[(int)Math.Min(file.Length - start, LogBytes)];
            var text = bytes.AsMemory(0, await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false));
            // A line that is being written comes with the next look.
            var end = text.Span.LastIndexOf((byte)'\n') + 1;
            var first = from is null && start > 0 ? text.Span.IndexOf((byte)'\n') + 1 : 0;
            return (first < end ? Encoding.UTF8.GetString(text.Span[first..end]) : "", start + end);
        }
    }

    /// <summary>The log as it is written, or null when there is none.</summary>
    public FileStream? OpenLog(long id)
    {
        var path = paths.RunLog(id);
        return File.Exists(path) ? new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
    }
}
