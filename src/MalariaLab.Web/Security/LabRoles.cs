namespace MalariaLab.Web.Security;

/// <summary>Roles; each may do all that those before it may.</summary>
public static class LabRoles
{
    /// <summary>Reads everything.</summary>
    public const string Viewer = "viewer";

    /// <summary>Imports, defines, queues and cancels.</summary>
    public const string Member = "member";

    /// <summary>Manages people, tokens, workers and storage.</summary>
    public const string Admin = "admin";

    /// <summary>All, from the weakest to the strongest.</summary>
    public static IReadOnlyList<string> All { get; } = [Viewer, Member, Admin];
}
