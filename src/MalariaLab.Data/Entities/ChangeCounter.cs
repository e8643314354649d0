namespace MalariaLab.Data.Entities;

/// <summary>The one row whose lock puts changes into the order of their commits.</summary>
public sealed class ChangeCounter
{
    /// <summary>Always 1.</summary>
    public int Id { get; set; }

    /// <summary>Last sequence given out.</summary>
    public long Value { get; set; }
}
