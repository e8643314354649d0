namespace MalariaLab.Data.Entities;

/// <summary>What a <see cref="Change"/> is about.</summary>
public enum ChangeKind { Run, Progress, Epoch, Task, Dataset, Worker, Queue }

/// <summary>The last change of one thing; readers ask for all rows above the last sequence that they have seen.</summary>
public sealed class Change
{
    /// <summary>Kind.</summary>
    public ChangeKind Kind { get; set; }

    /// <summary>Row id of the thing.</summary>
    public long EntityId { get; set; }

    /// <summary>Position among all changes; rises in the order of commits.</summary>
    public long Sequence { get; set; }
}
