using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary><c>/workers</c>.</summary>
public static class WorkerEndpoints
{
    /// <summary>Adds the endpoint.</summary>
    public static void MapWorkers(this IEndpointRouteBuilder api) =>
        api.MapGet("/workers", List).WithSummary("Workers with their devices and last heartbeat.");

    private static async Task<IReadOnlyList<WorkerItem>> List(IDbContextFactory<LabDbContext> factory, TimeProvider time, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var workers = await db.Workers.AsNoTracking().OrderBy(w => w.Name).ToListAsync(ct);
        var held = await db.Runs.AsNoTracking()
            .Where(r => r.Status == RunStatus.Preparing || r.Status == RunStatus.Training || r.Status == RunStatus.Evaluating)
            .Select(r => new { r.Id, r.WorkerSession }).ToListAsync(ct);
        return workers.ConvertAll(worker =>
        {
            var age = time.GetUtcNow() - worker.HeartbeatAt;
            return new WorkerItem
            {
                Worker = worker.Id,
                Name = worker.Name,
                State = worker.State != WorkerState.Stopped && age > WorkerWatch.Lease ? "Silent" : worker.State.ToString(),
                Device = worker.Device,
                LibTorch = worker.LibTorchVersion,
                SecondsSinceHeartbeat = Math.Round(age.TotalSeconds, 1),
                Run = held.Find(r => r.WorkerSession == worker.Session)?.Id,
            };
        });
    }
}
