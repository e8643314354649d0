namespace MalariaLab.Imaging.Cache;

/// <summary>One image that goes into a cache.</summary>
/// <param name="Name">What identifies the image in its dataset version, its content hash or path; a cache made for other names or another order is made anew.</param>
/// <param name="Read">Gives the whole file; called once, from any thread.</param>
public sealed record PixelSource(string Name, Func<byte[]> Read)
{
    /// <summary>An image in a file.</summary>
    public static PixelSource FromFile(string name, string path) => new(name, () => File.ReadAllBytes(path));
}
