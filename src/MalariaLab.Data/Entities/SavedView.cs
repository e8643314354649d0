namespace MalariaLab.Data.Entities;

/// <summary>A named filter of the runs table.</summary>
public sealed class SavedView
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>Owner.</summary>
    public long UserId { get; set; }

    /// <summary>Name, unique for the owner.</summary>
    public required string Name { get; set; }

    /// <summary>Query string of the page.</summary>
    public required string Query { get; set; }

    /// <summary>Visible to everyone.</summary>
    public bool Shared { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
