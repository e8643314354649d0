using System.Security.Claims;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Experiments;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary><c>/runs</c>: define, list, look, cancel.</summary>
public static class RunEndpoints
{
    private const int MostListed = 1000;

    /// <summary>Adds the endpoints.</summary>
    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        api.MapGet("/runs", List).WithSummary("Runs, newest first.");
        api.MapPost("/runs", Create).WithSummary("Defines an experiment from a recipe and queues it.");
        api.MapGet("/runs/{run}", Show).WithSummary("A run's state and progress.");
        api.MapPost("/runs/{run}/cancel", Cancel).WithSummary("Cancels: at once while queued, within a batch while running.");
        api.MapPost("/runs/{run}/resume", Resume).WithSummary("Queues a failed or canceled run again: it goes on from its last checkpoint.");
    }

    private static async Task<IReadOnlyList<RunItem>> List(IDbContextFactory<LabDbContext> factory, CancellationToken ct, string? status = null, int limit = 50)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var runs = db.Runs.AsNoTracking().Where(r => r.TrashedAt == null);
        if (status is not null)
        {
            if (!Enum.TryParse<RunStatus>(status, ignoreCase: true, out var wanted))
                throw new FormatException($"\"{status}\" is not a state of a run. Use one of {string.Join(", ", Enum.GetNames<RunStatus>())}.");
            runs = runs.Where(r => r.Status == wanted);
        }
        return await Items(runs.OrderByDescending(r => r.Id).Take(Math.Clamp(limit, 1, MostListed)), db).ToListAsync(ct);
    }

    private static async Task<RunItem> Show(string run, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var found = await db.Run(run, ct);
        return await Items(db.Runs.AsNoTracking().Where(r => r.Id == found.Id), db).SingleAsync(ct);
    }

    private static async Task<IResult> Create(
        RunRequest request,
        ClaimsPrincipal user,
        IDbContextFactory<LabDbContext> factory,
        RunCommands commands,
        SpecFacts facts,
        CancellationToken ct)
    {
        var spec = await Spec(request, factory, ct);
        var issues = await facts.CheckAsync(spec, ct);
        if (issues.Any(i => i.IsError))
            throw new SpecRefusedException(issues.Where(i => i.IsError).GroupBy(i => i.Field).ToDictionary(field => field.Key, field => field.Select(i => i.Message).ToArray()));
        var run = await commands.CreateAsync(new NewRun { Spec = spec, Name = request.Name ?? Recipes.Get(request.Recipe).Title, Priority = request.Priority }, user.Actor(), ct);
        await commands.EnqueueAsync(run, user.Actor(), ct);
        await using var db = await factory.CreateDbContextAsync(ct);
        var item = await Items(db.Runs.AsNoTracking().Where(r => r.Id == run), db).SingleAsync(ct);
        return Results.Created(LabUrls.Run(run), item with { Warnings = Warnings(issues, spec, request) });
    }

    private static Task<RunItem> Cancel(string run, ClaimsPrincipal user, IDbContextFactory<LabDbContext> factory, RunCommands commands, CancellationToken ct) =>
        After(run, id => commands.CancelAsync(id, user.Actor(), ct), factory, ct);

    private static Task<RunItem> Resume(string run, ClaimsPrincipal user, IDbContextFactory<LabDbContext> factory, RunCommands commands, CancellationToken ct) =>
        After(run, id => commands.RetryAsync(id, user.Actor(), ct), factory, ct);

    private static async Task<RunItem> After(string run, Func<long, Task> act, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var found = await db.Run(run, ct);
        await act(found.Id);
        return await Items(db.Runs.AsNoTracking().Where(r => r.Id == found.Id), db).SingleAsync(ct);
    }

    /// <summary>What is doubtful in a spec, and which of the request's settings decide nothing in it.</summary>
    internal static IReadOnlyList<string> Warnings(IEnumerable<SpecIssue> issues, ExperimentSpec spec, RunRequest request) =>
        [.. issues.Concat(SpecEdit.WithoutEffect(spec, [.. request.Set.Keys])).Select(i => i.Message)];

    /// <summary>The spec that a request means.</summary>
    internal static async Task<ExperimentSpec> Spec(RunRequest request, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        var recipe = Recipes.Find(request.Recipe)
            ?? throw new NotFoundException($"There is no recipe \"{request.Recipe}\". There are {string.Join(", ", Recipes.All.Select(r => r.Key))}.");
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(request.Dataset, ct);
        var split = await db.Split(version, request.Split, ct);
        var data = new DataSpec { DatasetVersionId = version.Id, SplitId = split.Id, DatasetHash = version.ContentHash, SplitHash = split.Hash };
        var files = await db.WeightsFiles.AsNoTracking().Select(WeightsFile.Known).ToListAsync(ct);
        var spec = StartChoice.OnImageNet(recipe.CreateSpec(data, version.ClassNames.Count, request.Epochs, request.Seed), files);
        return request.Set.Aggregate(spec, (now, field) => SpecEdit.Set(now, field.Key, field.Value.ToString()));
    }

    private static IQueryable<RunItem> Items(IQueryable<Run> runs, LabDbContext db) =>
        from run in runs
        join progress in db.RunProgress on run.Id equals progress.RunId into live
        from now in live.DefaultIfEmpty()
        select new RunItem
        {
            Run = run.Id,
            Name = run.Name,
            Recipe = run.Experiment!.Recipe,
            Dataset = run.Experiment.DatasetVersion!.Dataset!.Name,
            Split = run.Experiment.Split!.Name,
            Seed = run.Experiment.Seed,
            Status = run.Status.ToString(),
            Reason = run.Reason == "" ? null : run.Reason,
            Epoch = run.LastEpoch,
            Epochs = run.Experiment.Epochs,
            Stage = now == null ? null : now.Stage,
            Accuracy = run.Accuracy,
            Auc = run.Auc,
        };
}
