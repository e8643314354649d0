using System.IO.Compression;
using System.Security.Cryptography;
using MalariaLab.Core.Datasets;
using MalariaLab.Imaging.Samples;
using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class SampleCellsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Plan_DefaultDataset_HasTheClassesPatientsAndNamesOfTheNihLayout()
    {
        var plan = SampleCells.Plan();
        Assert.Equal(600, plan.Count);
        Assert.Equal(600, plan.Select(cell => cell.Path).Distinct().Count());
        Assert.InRange(plan.Count(cell => cell.Path.StartsWith("cell_images/Parasitized/", StringComparison.Ordinal)), 280, 320);
        Assert.All(plan, cell => Assert.Matches(@"^cell_images/(Parasitized|Uninfected)/C\d+P\d+ThinF_IMG_\d{8}_\d{6}_cell_\d+\.png$", cell.Path));
        var groups = plan.GroupBy(cell => GroupRule.Nih.GroupOf(cell.Path)!).ToList();
        Assert.Equal(40, groups.Count);
        // Some patients are healthy, some gave several times as many cells as others, some lie on two slides.
        Assert.Equal(10, groups.Count(group => group.All(cell => cell.Path.Contains("/Uninfected/", StringComparison.Ordinal))));
        Assert.True(groups.Max(group => group.Count()) > 2 * groups.Min(group => group.Count()));
        Assert.Contains(groups, group => group.Select(cell => Path.GetFileName(cell.Path).Split('P')[0]).Distinct().Count() == 2);
    }

    [Fact]
    public void Plan_KnownSeed_GivesTheSamePixelsOnEveryMachine()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var cell in SampleCells.Plan(seed: 7, cells: 24, patients: 8))
        {
            var image = cell.Paint();
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{cell.Path} {image.Width}x{image.Height} "));
            hash.AppendData(image.Pixels);
        }
        Assert.Equal("efd4afe3bf66f668", Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
    }

    [Fact]
    public void Plan_OtherSeed_GivesOtherPixels() =>
        Assert.NotEqual(SampleCells.Plan(1, 2, 4)[0].Paint().Pixels, SampleCells.Plan(2, 2, 4)[0].Paint().Pixels);

    [Fact]
    public void Paint_AnyCell_IsAStainedCellOnBlackOfTheRealOnesSize()
    {
        foreach (var cell in SampleCells.Plan(cells: 60))
        {
            var image = cell.Paint();
            var measures = PixelMeasures.Of(image);
            Assert.InRange(image.Width, 60, 220);
            Assert.InRange(image.Height, 60, 220);
            Assert.InRange(measures.BackgroundShare, .05, .6);
            Assert.True(measures.Means[0] > measures.Means[1], "The stain is pink: red is the brightest channel.");
        }
    }

    [Fact]
    public void Paint_Classes_DifferInDarkStainButNotInSizeOrBackground()
    {
        var cells = SampleCells.Plan(cells: 200).AsParallel()
            .Select(cell => (Infected: cell.Path.Contains("/Parasitized/", StringComparison.Ordinal), Image: cell.Paint())).ToList();

        Assert.True(Mean(true, StainShare) > 3 * Mean(false, StainShare), "Parasites are dark: a model must have something to find.");
        Assert.InRange(Mean(true, image => image.Width) / Mean(false, image => image.Width), .93, 1.07);
        Assert.InRange(Mean(true, image => PixelMeasures.Of(image).BackgroundShare) / Mean(false, image => PixelMeasures.Of(image).BackgroundShare), .85, 1.15);

        double Mean(bool infected, Func<PixelImage, double> measure) => cells.Where(cell => cell.Infected == infected).Average(cell => measure(cell.Image));

        // Purple and dark: green well below the image's own mean, and not the black background.
        static double StainShare(PixelImage image)
        {
            var cut = PixelMeasures.Of(image) is var m ? m.Means[1] / (1 - m.BackgroundShare) * .7 : 0;
            return Enumerable.Range(0, image.Width * image.Height).Count(i => image.Pixels[i * 3] > 10 && image.Pixels[(i * 3) + 1] < cut) / (double)image.Pixels.Length;
        }
    }

    [Fact]
    public async Task WriteZip_Twice_GivesTheSameBytesAndValidImages()
    {
        var plan = SampleCells.Plan(cells: 20);
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        await SampleCells.WriteZipAsync(first, plan, Ct);
        await SampleCells.WriteZipAsync(second, plan, Ct);

        Assert.Equal(first.ToArray(), second.ToArray());
        first.Position = 0;
        using var zip = new ZipArchive(first);
        Assert.Equal(plan.Select(cell => cell.Path), zip.Entries.Select(entry => entry.FullName));
        using var content = await zip.Entries[0].OpenAsync(Ct);
        Assert.True((await ImageValidator.CheckAsync(content, zip.Entries[0].Name, ct: Ct)).IsUsable);
    }

    [Fact]
    public async Task WriteFolder_Plan_HoldsTheSameFilesAsTheZip()
    {
        var plan = SampleCells.Plan(cells: 10);
        var folder = Directory.CreateTempSubdirectory("sample-cells-");
        try
        {
            await SampleCells.WriteFolderAsync(folder.FullName, plan, Ct);
            Assert.Equal(10, folder.GetFiles("*.png", SearchOption.AllDirectories).Length);
            Assert.Equal(plan[3].Png(), await File.ReadAllBytesAsync(Path.Combine(folder.FullName, plan[3].Path), Ct));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
