using System.Globalization;
using MalariaLab.Core.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MalariaLab.Data.Jobs;

/// <summary>The one Quartz job; its data hold a kind and a row id, its name is the ticket. Its type name is stored, so it keeps its place.</summary>
public sealed class LabJob(IServiceProvider services) : IJob
{
    internal const string KindKey = "kind", IdKey = "id";

    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var data = context.JobDetail.JobDataMap;
        var kind = Enum.Parse<JobKind>(data.GetString(KindKey)!);
        var id = long.Parse(data.GetString(IdKey)!, CultureInfo.InvariantCulture);
        await services.GetRequiredService<JobRunner>().RunAsync(kind, id, context.JobDetail.Key.Name, cancellationToken);
    }
}
