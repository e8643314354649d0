namespace MalariaLab.Data;

/// <summary>Who asks for a change.</summary>
/// <param name="UserId">Row id of the person, or null for the program itself.</param>
/// <param name="Name">Name for event lists.</param>
public sealed record Actor(long? UserId, string Name)
{
    /// <summary>The part of the program that brings back what was interrupted.</summary>
    public static Actor Reconciler { get; } = new(null, "reconciler");

    /// <summary>A worker.</summary>
    public static Actor Worker(string name) => new(null, name);
}
