using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Jobs;

/// <summary>What a worker says of itself at its start.</summary>
/// <param name="Device">Device in words.</param>
/// <param name="DeviceJson">Processor, memory and devices as JSON.</param>
/// <param name="Version">Program's commit.</param>
/// <param name="LibTorchVersion">LibTorch's version.</param>
/// <param name="LogName">Name of its log file below logs/.</param>
public sealed record WorkerInfo(string Device, string DeviceJson, string Version, string LibTorchVersion, string? LogName = null);

/// <summary>Rows of the workers: announced at start, beaten every <see cref="BeatInterval"/>.</summary>
public sealed class WorkerRegistry(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    /// <summary>Time between two beats.</summary>
    public static TimeSpan BeatInterval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Announces a process; what an earlier session of the same name held is known to be orphaned from now on.</summary>
    public Task StartAsync(WorkerIdentity worker, WorkerInfo info, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var row = await db.Workers.SingleOrDefaultAsync(w => w.Name == worker.Name, cancellationToken);
        if (row is null) db.Workers.Add(row = new WorkerNode { Name = worker.Name, Session = "" });
        row.Session = worker.Session;
        row.Beat++;
        row.HeartbeatAt = row.StartedAt = time.GetUtcNow();
        row.State = WorkerState.Idle;
        (row.Device, row.DeviceJson, row.Version, row.LibTorchVersion, row.LogName) = info;
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Worker, row.Id));
    }, cancellationToken);

    /// <summary>One beat with the present state.</summary>
    /// <returns>False when another process has taken this worker's name: this one has to stop.</returns>
    public Task<bool> BeatAsync(WorkerIdentity worker, WorkerState state, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var now = time.GetUtcNow();
        var touched = await db.Workers.Where(w => w.Name == worker.Name && w.Session == worker.Session)
            .ExecuteUpdateAsync(set => set.SetProperty(w => w.Beat, w => w.Beat + 1).SetProperty(w => w.HeartbeatAt, now).SetProperty(w => w.State, state), cancellationToken);
        if (touched != 1) return false;
        var id = await db.Workers.Where(w => w.Name == worker.Name).Select(w => w.Id).SingleAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Worker, id));
        return true;
    }, cancellationToken);

    /// <summary>All workers by name.</summary>
    public async Task<IReadOnlyList<WorkerNode>> ListAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Workers.AsNoTracking().OrderBy(w => w.Name).ToListAsync(cancellationToken);
    }
}
