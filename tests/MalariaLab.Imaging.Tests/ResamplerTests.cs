using System.Security.Cryptography;
using MalariaLab.Core.Experiments;
using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class ResamplerTests
{
    /// <summary>Starts of SHA-256 of what Pillow's <c>Image.resize</c> gives for the pattern of 61 x 47, colour and grey.</summary>
    [Theory]
    [InlineData(Interpolation.Nearest, 32, 32, "7a07f80fd5e5d681", "b6b9ef9882cd03ec")]
    [InlineData(Interpolation.Nearest, 128, 100, "4967038c36f338b8", "5fdc868ea62b91bc")]
    [InlineData(Interpolation.Nearest, 61, 20, "ed967e6215d4e399", "6f88df2b68c866fe")]
    [InlineData(Interpolation.Nearest, 17, 47, "b9a0aa9b94cb1b04", "6f6d07c1f1d02644")]
    [InlineData(Interpolation.Bilinear, 32, 32, "41b5e69570e18c69", "a56a4d5ad751f16e")]
    [InlineData(Interpolation.Bilinear, 128, 100, "5413b4a06ee4c681", "d9f032ad104a71c7")]
    [InlineData(Interpolation.Bilinear, 61, 20, "e38d1f94cc254421", "a9882fd48e046f34")]
    [InlineData(Interpolation.Bilinear, 17, 47, "bbae6bbc78c98f17", "af4756e8fbeb7eb6")]
    [InlineData(Interpolation.Bicubic, 32, 32, "3af2148c6124210b", "e9d602e9ded3a412")]
    [InlineData(Interpolation.Bicubic, 128, 100, "421ea61878d28735", "d5d7a834efb1db0a")]
    [InlineData(Interpolation.Bicubic, 61, 20, "fb65ff1d24bdf5db", "f367c86d959dfb56")]
    [InlineData(Interpolation.Bicubic, 17, 47, "292645f986f8a1ac", "a356d370d48a346e")]
    [InlineData(Interpolation.Lanczos, 32, 32, "9eeb27a30ca75ba3", "97e83299bcd9f91c")]
    [InlineData(Interpolation.Lanczos, 128, 100, "ea71f7627d8be331", "8975d7ea2d528084")]
    [InlineData(Interpolation.Lanczos, 61, 20, "4c511987f9c48cae", "cab67e608ce8569b")]
    [InlineData(Interpolation.Lanczos, 17, 47, "4729dee861aee22f", "7c69ecb70b8d9127")]
    public void Resize_AnySize_IsPillowToTheBit(Interpolation interpolation, int width, int height, string colour, string grey)
    {
        Assert.Equal(colour, Hash(Resampler.Resize(Fixture.Pattern(61, 47, 3), width, height, interpolation)));
        Assert.Equal(grey, Hash(Resampler.Resize(Fixture.Pattern(61, 47, 1), width, height, interpolation)));
    }

    [Theory]
    [InlineData(Interpolation.Nearest)]
    [InlineData(Interpolation.Bicubic)]
    public void Resize_SameSize_ChangesNothing(Interpolation interpolation)
    {
        var image = Fixture.Pattern(20, 10, 3);
        var output = new byte[600];
        Resampler.Resize(image, 20, 10, interpolation, output);
        Assert.Equal(image.Pixels, output);
    }

    [Fact]
    public void Resize_OutputOfAnotherSize_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Resampler.Resize(Fixture.Pattern(20, 10, 3), 5, 5, Interpolation.Nearest, new byte[74]));

    private static string Hash(PixelImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels))[..16];
}
