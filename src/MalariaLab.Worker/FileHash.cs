using System.Security.Cryptography;

namespace MalariaLab.Worker;

/// <summary>SHA-256 of files.</summary>
internal static class FileHash
{
    /// <summary>64 hex digits.</summary>
    public static async Task<string> OfAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    /// <summary>True when a file has not changed since its hash was taken.</summary>
    public static async Task<bool> IsAsync(string path, string sha256, CancellationToken cancellation) => await OfAsync(path, cancellation) == sha256;
}
