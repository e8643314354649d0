using System.Globalization;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Plots;

/// <summary>Reads runs for plots over fields and figures.</summary>
public sealed class PlotReader(RunQueries queries, IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>Most runs of a plot.</summary>
    public const int Most = 500;

    /// <summary>Finished runs that a filter of the runs table finds, newest first, and how many there are.</summary>
    /// <exception cref="Core.ExplainedException">The filter is not understood.</exception>
    public async Task<(IReadOnlyList<PlottedRun> Runs, int Total)> ReadAsync(string filter, CancellationToken cancellationToken = default)
    {
        var page = await queries.ListAsync(RunQueryText.Parse(filter) with { Statuses = [RunStatus.Succeeded], Take = Most }, cancellationToken);
        var ids = page.Items.Select(r => r.Id).ToList();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var specs = await db.Runs.AsNoTracking()
            .Where(r => ids.Contains(r.Id))
            .Select(r => new { r.Id, r.Experiment!.SpecJson })
            .ToDictionaryAsync(r => r.Id, r => r.SpecJson, cancellationToken);
        return ([.. page.Items.Where(r => specs.ContainsKey(r.Id)).Select(r => new PlottedRun(r, SpecJson.Read(specs[r.Id]), Name(r)))], page.Total);

        static string Name(RunRow run) => string.Create(CultureInfo.InvariantCulture, $"{run.Name} #{run.Id}");
    }
}
