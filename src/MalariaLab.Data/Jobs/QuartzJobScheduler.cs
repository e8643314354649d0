using System.Globalization;
using MalariaLab.Core.Jobs;
using Quartz;

namespace MalariaLab.Data.Jobs;

/// <summary>
/// The queue on Quartz. Priority, then first come first served, comes from the start time alone: Quartz's own priority only breaks ties.
/// </summary>
internal sealed class QuartzJobScheduler(ISchedulerFactory factory) : IJobScheduler
{
    private const string RunJobs = "runs", TaskJobs = "tasks", RunTriggers = "queue", TaskTriggers = "tasks";

    public async Task EnqueueAsync(QueuedJob job, CancellationToken cancellationToken = default)
    {
        var scheduler = await factory.GetScheduler(cancellationToken);
        var detail = JobBuilder.Create<LabJob>()
            .WithIdentity(KeyOf(job.Kind, job.Ticket))
            .UsingJobData(LabJob.KindKey, job.Kind.ToString())
            .UsingJobData(LabJob.IdKey, job.Id.ToString(CultureInfo.InvariantCulture))
            .Build();
        try { await scheduler.ScheduleJob(detail, TriggerOf(job), cancellationToken: cancellationToken); }
        catch (ObjectAlreadyExistsException) { }
    }

    public async Task MoveAsync(QueuedJob job, CancellationToken cancellationToken = default)
    {
        var scheduler = await factory.GetScheduler(cancellationToken);
        await scheduler.RescheduleJob(TriggerKeyOf(job.Kind, job.Ticket), TriggerOf(job), cancellationToken);
    }

    public async Task RemoveAsync(JobKind kind, string ticket, CancellationToken cancellationToken = default)
    {
        var scheduler = await factory.GetScheduler(cancellationToken);
        await scheduler.DeleteJob(KeyOf(kind, ticket), cancellationToken);
    }

    public async Task<IReadOnlySet<string>> TicketsAsync(bool runs, CancellationToken cancellationToken = default)
    {
        var scheduler = await factory.GetScheduler(cancellationToken);
        var keys = await scheduler.GetJobKeys(GroupMatcher<JobKey>.GroupEquals(runs ? RunJobs : TaskJobs), cancellationToken);
        return keys.Select(key => key.Name).ToHashSet();
    }

    public async Task PauseRunsAsync(string reason, Actor actor, CancellationToken cancellationToken = default)
    {
        var scheduler = await factory.GetScheduler(cancellationToken);
        var details = new PauseDetails { Reason = reason, RequestedBy = actor.Name };
        await scheduler.PauseTriggerGroupsWith(GroupMatcher<TriggerKey>.GroupEquals(RunTriggers), details, cancellationToken);
    }

    public async Task ResumeRunsAsync(CancellationToken cancellationToken = default)
    {
        var scheduler = await factory.GetScheduler(cancellationToken);
        await scheduler.ResumeTriggerGroups(GroupMatcher<TriggerKey>.GroupEquals(RunTriggers), cancellationToken);
    }

    public async Task<QueuePause?> PauseStateAsync(CancellationToken cancellationToken = default)
    {
        var scheduler = await factory.GetScheduler(cancellationToken);
        return await scheduler.GetTriggerGroupPause(RunTriggers, cancellationToken) is { } pause ? new QueuePause(pause.Reason, pause.RequestedBy, pause.PausedAtUtc) : null;
    }

    private static ITrigger TriggerOf(QueuedJob job) => TriggerBuilder.Create()
        .WithIdentity(TriggerKeyOf(job.Kind, job.Ticket))
        .ForJob(KeyOf(job.Kind, job.Ticket))
        .WithPriority(job.Priority)
        .WithExecutionGroup(job.Kind.Group())
        .StartAt(PlaceOf(job))
        .WithSimpleSchedule(schedule => schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
        .Build();

    /// <summary>
    /// A month a step of priority is more than any wait. All places lie in the past, so that the lowest priority starts at once too when nothing is before it,
    /// whatever the clocks of two machines say.
    /// </summary>
    private static DateTimeOffset PlaceOf(QueuedJob job) => job.QueuedAt - ((job.Priority + QueuedJob.MaxPriority + 1) * TimeSpan.FromDays(30));

    private static JobKey KeyOf(JobKind kind, string ticket) => new(ticket, kind == JobKind.Run ? RunJobs : TaskJobs);

    private static TriggerKey TriggerKeyOf(JobKind kind, string ticket) => new(ticket, kind == JobKind.Run ? RunTriggers : TaskTriggers);
}
