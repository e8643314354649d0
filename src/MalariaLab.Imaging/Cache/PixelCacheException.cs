namespace MalariaLab.Imaging.Cache;

/// <summary>A cache could not be made; the message says what to do.</summary>
public sealed class PixelCacheException(string message, Exception? innerException = null) : Exception(message, innerException);
