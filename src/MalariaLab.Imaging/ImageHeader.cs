namespace MalariaLab.Imaging;

/// <summary>What a file's header says, without decoding its pixels.</summary>
/// <param name="Format">Format by content.</param>
/// <param name="Width">Width in pixels as stored.</param>
/// <param name="Height">Height in pixels as stored.</param>
/// <param name="Channels">Channels as stored: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha or CMYK; a palette counts as what it expands to.</param>
/// <param name="BitDepth">Bits a sample, 8 or 16.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8. It is never applied: Keras and Pillow ignore it too, and a model must see what they see.</param>
/// <param name="Pages">Pages or frames; only the first is decoded.</param>
public sealed record ImageHeader(ImageFormat Format, int Width, int Height, int Channels, int BitDepth, int Orientation, int Pages);
