using System.Text.Json;
using MalariaLab.Data;

namespace MalariaLab.Web.Security;

/// <summary>
/// Access for the command line on the same machine: address and a token of this process, in a file of the data folder that only its owner reads.
/// Whoever can read it could read the database too.
/// </summary>
public sealed class LocalAccess(LabPaths paths)
{
    private readonly string token = Secrets.New();

    /// <summary>The file.</summary>
    public string File => Path.Combine(paths.Root, "local-api.json");

    /// <summary>Writes the file, once the address is known.</summary>
    public void Write(string url) =>
        Secrets.WriteOwnerOnly(File, JsonSerializer.Serialize(new { url, token }, JsonSerializerOptions.Web));

    /// <summary>True for this process's token.</summary>
    public bool Accepts(string given) => Secrets.Same(given, token);
}
