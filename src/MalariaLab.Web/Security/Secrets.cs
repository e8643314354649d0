using System.Security.Cryptography;
using System.Text;

namespace MalariaLab.Web.Security;

/// <summary>Random secrets that are shown once and stored as hashes, and files that only their owner reads.</summary>
public static class Secrets
{
    /// <summary>160 random bits as 32 letters and digits, for addresses and headers.</summary>
    public static string New() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", 32);

    /// <summary>SHA-256 of a secret, 64 hex digits. Secrets are random, so no salt is needed.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares without telling by its time how much agrees.</summary>
    public static bool Same(string? left, string right) => left is not null
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(left)), SHA256.HashData(Encoding.UTF8.GetBytes(right)));

    /// <summary>Writes a file that from its first byte on only the owner can read.</summary>
    public static void WriteOwnerOnly(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
