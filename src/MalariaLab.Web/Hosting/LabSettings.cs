namespace MalariaLab.Web.Hosting;

/// <summary>Section <c>Lab</c> of appsettings.json.</summary>
public sealed class LabSettings
{
    /// <summary>Folder that holds everything the lab keeps; relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>The owner's word that other machines may connect; without it only loopback addresses are accepted.</summary>
    public bool AllowRemote { get; set; }

    /// <summary>Language for visitors who have not chosen one: <c>en</c> or <c>zh</c>.</summary>
    public string Language { get; set; } = "en";
}

/// <summary>Section <c>Worker</c>: the worker process that this web process starts beside itself.</summary>
public sealed class WorkerSettings
{
    /// <summary>Whether to start one.</summary>
    public bool Local { get; set; } = true;

    /// <summary>The worker's assembly or executable; empty looks for MalariaLab.Worker.dll in the usual places.</summary>
    public string Path { get; set; } = "";
}
