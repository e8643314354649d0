using System.Security.Claims;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Experiments;
using MalariaLab.Web.Features.Experiments;
using MalariaLab.Web.Features.Groups;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>The request for the splits of a cross-validation.</summary>
public sealed record FoldsRequest(string Name, int Folds = 5, string By = "patient", double Validation = 10, long Seed = 42, bool Stratified = true);

/// <summary>A group of runs and what its finished runs give together.</summary>
public sealed record GroupItem(
    long Group,
    string Kind,
    string Name,
    IReadOnlyList<GroupMember> Runs,
    IReadOnlyList<GroupFigure> Figures,
    int PooledImages,
    EvaluationReport? Pooled)
{
    /// <summary>Doubts about the spec, in the answer to its queueing only.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A run of a group.</summary>
public sealed record GroupMember(long Run, string Name, string Status, double? Accuracy, double? Auc);

/// <summary>A figure over the finished runs of a group.</summary>
public sealed record GroupFigure(string Figure, int N, double Mean, double? StandardDeviation, double Min, double Max);

/// <summary><c>/groups</c>: cross-validations and repetitions.</summary>
public static class GroupEndpoints
{
    private static readonly (string Name, Func<EvaluationReport, double?> Value)[] Figures =
        [
            ("accuracy", r => r.Accuracy),
            ("sensitivity", r => r.Sensitivity),
            ("specificity", r => r.Specificity),
            ("f1", r => r.F1),
            ("auc", r => r.Auc),
            ("logLoss", r => r.LogLoss),
        ];

    /// <summary>Adds the endpoints.</summary>
    public static void MapGroups(this IEndpointRouteBuilder api)
    {
        api.MapPost("/datasets/{dataset}/folds", CreateFolds).WithSummary("Makes the splits of a cross-validation, one a fold.");
        api.MapPost("/groups", Queue).WithSummary("Queues one run for each fold of the cross-validation that the named split belongs to.");
        api.MapGet("/groups/{group:long}", Show).WithSummary("Mean and standard deviation over a group's runs; for folds also the figures over all images together.");
    }

    private static async Task<IReadOnlyList<SplitItem>> CreateFolds(
        string dataset,
        FoldsRequest request,
        ClaimsPrincipal user,
        SplitCommands splits,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var one = new SplitRequest(request.Name, request.By, Validation: request.Validation, Seed: request.Seed, Stratified: request.Stratified);
        var plan = one.Plan() with { Folds = request.Folds };
        var made = await splits.CreateAsync(version.Id, plan.EachFold(request.Name), user.Actor(), ct);
        return [.. (await db.Splits.AsNoTracking().Where(s => made.Contains(s.Id)).OrderBy(s => s.Id).ToListAsync(ct)).Select(SplitEndpoints.Item)];
    }

    private static async Task<IResult> Queue(
        RunRequest request,
        ClaimsPrincipal user,
        ExperimentReader experiments,
        ExperimentOrders orders,
        SpecFacts facts,
        GroupReader groups,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        var spec = await RunEndpoints.Spec(request, factory, ct);
        var folds = await experiments.FoldsAsync(spec.Data.SplitId);
        if (folds.Count == 0) throw new ExplainedException($"Split \"{request.Split}\" is no fold of a whole cross-validation. Make one with: split folds.");
        var group = await orders.QueueFoldsAsync(spec, folds, request.Name ?? Recipes.Get(request.Recipe).Title, request.Priority, null, user.Actor());
        var warnings = RunEndpoints.Warnings(await facts.CheckAsync(spec, ct), spec, request);
        return Results.Created(LabUrls.RunGroup(group), await Item(group, groups, ct) with { Warnings = warnings });
    }

    private static Task<GroupItem> Show(long group, GroupReader groups, CancellationToken ct) => Item(group, groups, ct);

    private static async Task<GroupItem> Item(long id, GroupReader groups, CancellationToken ct)
    {
        var view = await groups.FindAsync(id, ct) ?? throw new NotFoundException($"There is no group of runs {id}.");
        return new(id, view.Group.Kind.ToString(), view.Group.Name,
            [.. view.Runs.Select(r => new GroupMember(r.Id, r.Name, r.Status.ToString(), r.Test?.Accuracy, r.Test?.Auc))],
            [.. Figures.Select(f => (f.Name, Summary: view.Over(f.Value))).Where(f => f.Summary is not null)
                .Select(f => new GroupFigure(f.Name, f.Summary!.N, f.Summary.Mean, f.Summary.StandardDeviation, f.Summary.Min, f.Summary.Max))],
            view.PooledImages.Scored, view.Pooled);
    }
}
