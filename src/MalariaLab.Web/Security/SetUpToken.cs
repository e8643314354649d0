using MalariaLab.Data;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Security;

/// <summary>
/// The one-time token that makes the first administrator. It exists only while the lab has no account: printed on the console and kept
/// in a file that only the owner of the data folder reads.
/// </summary>
public sealed class SetUpToken(IDbContextFactory<LabDbContext> contexts, LabPaths paths)
{
    private readonly Lock gate = new();
    private string? token;

    /// <summary>The file.</summary>
    public string File => Path.Combine(paths.Root, "set-up-token");

    /// <summary>True while the lab waits for its first administrator.</summary>
    public bool IsOpen => token is not null;

    /// <summary>Makes a token if the lab has no account; removes a left-over one else.</summary>
    /// <returns>The token to print, or null.</returns>
    public async Task<string?> OpenAsync(CancellationToken ct = default)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Users.AnyAsync(ct))
        {
            System.IO.File.Delete(File);
            return null;
        }
        token = Secrets.New();
        Secrets.WriteOwnerOnly(File, token + "\n");
        return token;
    }

    /// <summary>Takes the token out of use if <paramref name="given"/> is the right one; of two who try at once one gets true.</summary>
    public bool TryTake(string? given)
    {
        lock (gate)
        {
            if (token is null || !Secrets.Same(given?.Trim(), token)) return false;
            token = null;
            return true;
        }
    }

    /// <summary>Gives a taken token back after the account could not be made.</summary>
    public void GiveBack(string given) => token = given.Trim();

    /// <summary>Ends set-up for good.</summary>
    public void Close() => System.IO.File.Delete(File);
}
