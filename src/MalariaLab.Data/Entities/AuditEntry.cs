namespace MalariaLab.Data.Entities;

/// <summary>Who did what; never altered.</summary>
public sealed class AuditEntry
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The person, or null for the program itself.</summary>
    public long? UserId { get; set; }

    /// <summary>Name of the person or process, as it was then.</summary>
    public required string Actor { get; set; }

    /// <summary>What: "run.purge", "user.invite".</summary>
    public required string Action { get; set; }

    /// <summary>With what, in words.</summary>
    public string Subject { get; set; } = "";

    /// <summary>More as JSON.</summary>
    public string? DetailJson { get; set; }

    /// <summary>What somebody does now.</summary>
    public static AuditEntry Of(Actor actor, DateTimeOffset now, string action, string subject) =>
        new() { At = now, UserId = actor.UserId, Actor = actor.Name, Action = action, Subject = subject };
}
