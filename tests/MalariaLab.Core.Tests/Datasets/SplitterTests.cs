using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MalariaLab.Core.Datasets;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class SplitterTests
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(60);

    /// <summary>Groups of 1 to 12 images with a class mix of their own, some images without a group; then a plan.</summary>
    private static Arbitrary<(SplitItem[] Items, SplitPlan Plan)> Cases => Arb.From(
        from seed in Gen.Choose(0, 1_000_000)
        from groups in Gen.Choose(20, 60)
        from train in Gen.Choose(40, 70)
        from validation in Gen.Choose(10, 20)
        from unit in Gen.Elements(SplitUnit.Image, SplitUnit.Group)
        from stratified in Gen.Elements(true, false)
        select (Items(seed, groups), new SplitPlan
        {
            Unit = unit,
            TrainPercent = train,
            ValidationPercent = validation,
            TestPercent = 100 - train - validation,
            Seed = seed % 7,
            Stratified = stratified,
        }));

    [Fact]
    public void ByRatio_AnyDataset_KeepsGroupsWholeAndComesWithinOneGroupOfEachShare() => Check.One(Quick, Prop.ForAll(Cases, x =>
    {
        var parts = Splitter.Assign(x.Items, x.Plan);
        Assert.Equal(x.Items.Length, parts.Length);
        Assert.All(parts, part => Assert.True(part <= (byte)SplitPart.Test));
        var report = SplitReport.Of(x.Items, parts, 3);
        var largest = 1;
        if (x.Plan.Unit == SplitUnit.Group)
        {
            Assert.Empty(report.SharedGroups);
            largest = x.Items.Where(i => i.Group is not null).GroupBy(i => i.Group).Max(g => g.Count());
        }
        double[] percents = [x.Plan.TrainPercent, x.Plan.ValidationPercent, x.Plan.TestPercent];
        for (var p = 0; p < 3; p++)
        {
            var target = x.Items.Length * percents[p] / 100;
            if (target >= largest) Assert.True(Math.Abs(report.Parts[p].Images - target) < largest + 1e-6, $"{report.Parts[p]} against {target}, largest {largest}");
            Assert.NotEqual(0, report.Parts[p].Images);
        }
    }));

    [Fact]
    public void ByRatio_StratifiedByImage_KeepsEachClassWithinTwoImages() => Check.One(Quick, Prop.ForAll(Cases, x =>
    {
        var report = SplitReport.Of(x.Items, Splitter.Assign(x.Items, x.Plan with { Unit = SplitUnit.Image, Stratified = true }), 3);
        for (var label = 0; label < 3; label++)
        {
            var total = x.Items.Count(i => i.Label == label);
            Assert.True(Math.Abs(report.Parts[2].ClassCounts[label] - (total * x.Plan.TestPercent / 100)) <= 2, $"class {label} of {total}: {report.Parts[2]}");
        }
    }));

    [Fact]
    public void Assign_AnyOrderOfTheImages_GivesTheSameAssignmentAndHash() => Check.One(Quick, Prop.ForAll(Cases, x =>
    {
        SplitItem[] shuffled = [.. x.Items.OrderBy(i => i.Sha256[^8..], StringComparer.Ordinal)];
        var (first, second) = (Splitter.Assign(x.Items, x.Plan), Splitter.Assign(shuffled, x.Plan));
        Assert.Equal(ContentHashes.Split(x.Items, first), ContentHashes.Split(shuffled, second));
        Assert.Equal(first, Splitter.Assign(x.Items, x.Plan));
    }));

    [Fact]
    public void Assign_AnotherSeed_GivesAnotherHash()
    {
        var items = Items(3, 40);
        foreach (var unit in Enum.GetValues<SplitUnit>())
        {
            var hashes = Enumerable.Range(0, 10).Select(seed => ContentHashes.Split(items, Splitter.Assign(items, new() { Unit = unit, Seed = seed })));
            Assert.Equal(10, hashes.Distinct().Count());
        }
    }

    [Fact]
    public void ByFold_AllFoldsOfOneSeed_TestEveryImageOnceAndShareNoGroup()
    {
        var items = Items(5, 50);
        var tested = new int[items.Length];
        for (var fold = 0; fold < 5; fold++)
        {
            var parts = Splitter.Assign(items, new() { Method = SplitMethod.KFold, Folds = 5, Fold = fold, ValidationPercent = 10 });
            var report = SplitReport.Of(items, parts, 3);
            Assert.Empty(report.SharedGroups);
            Assert.InRange(report.Parts[1].Images, (items.Length * 0.1) - 12, (items.Length * 0.1) + 12);
            for (var i = 0; i < parts.Length; i++)
                if (parts[i] == (byte)SplitPart.Test) tested[i]++;
        }
        Assert.All(tested, times => Assert.Equal(1, times));
    }

    [Fact]
    public void AsGiven_FoldersWithParts_AreTakenAndTheRestLeftUnused()
    {
        SplitItem[] items = [Item("a", 0, null, SplitPart.Train), Item("b", 0, null, SplitPart.Test), Item("c", 1, null, null)];
        Assert.Equal([(byte)SplitPart.Train, (byte)SplitPart.Test, (byte)SplitPart.Unused], Splitter.Assign(items, new() { Method = SplitMethod.Folders }));
        var error = Assert.Throws<ExplainedException>(() => Splitter.Assign(items[..1], new() { Method = SplitMethod.Folders }));
        Assert.Contains("no test images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ByRatio_FewLargeGroups_LeavesNoPartEmpty()
    {
        SplitItem[] items = [.. Enumerable.Range(0, 30).Select(i => Item($"{i}", i % 2, $"P{i / 10}", null))];
        var report = SplitReport.Of(items, Splitter.Assign(items, new()), 2);
        Assert.Equal([10, 10, 10], report.Parts.Take(3).Select(p => p.Images));
        var error = Assert.Throws<ExplainedException>(() => Splitter.Assign(items[..20], new()));
        Assert.Contains("2 groups cannot fill 3 parts", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, 10, 20, "sum to 100")]
    [InlineData(-10, 80, 30, "sum to 100")]
    [InlineData(0, 50, 50, "trains nothing")]
    [InlineData(double.NaN, 50, 50, "sum to 100")]
    public void ByRatio_ImpossibleShares_AreRefused(double train, double validation, double test, string reason)
    {
        var plan = new SplitPlan { TrainPercent = train, ValidationPercent = validation, TestPercent = test };
        Assert.Contains(reason, Assert.Throws<ExplainedException>(() => Splitter.Assign(Items(1, 20), plan)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_SharedPatientAndContent_AreListedWithTheirCounts()
    {
        SplitItem[] items = [Item("a", 0, "P1", null), Item("b", 1, "P1", null), Item("c", 1, "P2", null), Item("c", 1, null, null), Item("d", 0, "P1", null)];
        var report = SplitReport.Of(items, [0, 2, 0, 1, 3], 2);
        Assert.Equal([new SharedKey("P1", 1, 0, 1)], report.SharedGroups);
        Assert.Equal([new SharedKey(items[2].Sha256, 1, 1, 0)], report.SharedContents);
        Assert.False(report.IsClean);
        Assert.Equal(2, report.Parts[0].Groups);
    }

    [Fact]
    public void Assign_RealCellsByPatient_LeaksNobodyWhereByImageLeaksMany()
    {
        using var zip = ZipFile.OpenRead(SharedFiles.Data("nih-malaria-cells.zip"));
        var layout = ArchiveLayout.Of([.. zip.Entries.Select(e => e.FullName).Where(name => !name.EndsWith('/'))]);
        SplitItem[] items = [.. layout.Files.Where(f => f.Label is not null).Select(f => Item(f.Path, f.Label!.Value, GroupRule.Nih.GroupOf(f.Path), null))];
        var patients = items.Select(i => i.Group).Distinct().Count();

        var byPatient = SplitReport.Of(items, Splitter.Assign(items, new() { Unit = SplitUnit.Group }), 2);
        Assert.True(byPatient.IsClean);
        Assert.Equal(patients, byPatient.Parts.Sum(p => p.Groups));
        foreach (var (part, share) in byPatient.Parts.Zip([0.6, 0.1, 0.3]))
        {
            Assert.Equal(share, (double)part.Images / items.Length, 0.01);
            Assert.Equal((double)items.Count(i => i.Label == 0) / items.Length, (double)part.ClassCounts[0] / part.Images, 0.02);
        }

        var byImage = SplitReport.Of(items, Splitter.Assign(items, new() { Unit = SplitUnit.Image }), 2);
        Assert.True(byImage.SharedGroups.Count > patients / 2, $"{byImage.SharedGroups.Count} of {patients} patients");
    }

    private static SplitItem[] Items(int seed, int groups)
    {
        var random = new Random(seed);
        List<SplitItem> items = [];
        for (var g = 0; g < groups; g++)
        {
            var (size, bias) = (random.Next(1, 13), random.NextDouble());
            for (var i = 0; i < size; i++)
                items.Add(Item($"{seed}/{g}/{i}", random.NextDouble() < bias ? 0 : random.Next(3), random.Next(20) == 0 ? null : $"P{g}", null));
        }
        return [.. items];
    }

    private static SplitItem Item(string content, int label, string? group, SplitPart? part) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))), label, group, part);
}
