using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;

namespace MalariaLab.Data.Jobs;

/// <summary>Which tasks a query asks for.</summary>
internal static class TaskFilters
{
    /// <summary>Those that have not come to an end.</summary>
    public static IQueryable<LabTask> Unfinished(this IQueryable<LabTask> tasks) =>
        tasks.Where(t => t.Status == LabTaskStatus.Queued || t.Status == LabTaskStatus.Running || t.Status == LabTaskStatus.Interrupted);

    /// <summary>Those that no worker holds and one will still take.</summary>
    public static IQueryable<LabTask> Waiting(this IQueryable<LabTask> tasks) =>
        tasks.Where(t => t.Status == LabTaskStatus.Queued || t.Status == LabTaskStatus.Interrupted);
}
