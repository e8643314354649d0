using MalariaLab.Core.Datasets.Insights;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class ShortcutAuditTests
{
    [Fact]
    public void Of_LargerPositives_NamesTheWidth()
    {
        var audit = ShortcutAudit.Of(Images((random, label) => 100 + random.Next(40) + (label == 1 ? 25 : 0)), 2, 1);
        var (target, score) = audit.Finding()!.Value;
        Assert.Equal((1, "width"), (target.ClassIndex, score.Feature));
        Assert.InRange(score.Auc, 0.8, 0.95);
        Assert.True(score.Low < score.Auc && score.Auc < score.High);
        Assert.Equal((400, 40, 5), (audit.Images, audit.Groups, audit.Folds));
        Assert.Equal(score.Auc, target.Together.Auc, 0.05);
    }

    [Fact]
    public void Of_NoiseOnly_FindsNothing()
    {
        var audit = ShortcutAudit.Of(Images((random, _) => 100 + random.Next(40)), 2, 1);
        Assert.Null(audit.Finding());
        Assert.All(Assert.Single(audit.Targets).Features, f => Assert.InRange(f.Auc, 0.3, 0.64));
    }

    // Every patient has a size and a class of its own. Within a patient the size tells the class; a patient that was left out has an unseen size.
    [Fact]
    public void Of_SizeThatTellsThePatientOnly_PredictsNothing()
    {
        var random = new Random(8);
        var patients = Enumerable.Range(0, 40).Select(_ => random.Next(50, 300)).ToArray();
        var images = Enumerable.Range(0, 800).Select(i => new AuditImage(i % 40 % 2, $"P{i % 40}", patients[i % 40], 80, 900, "png", 1, 2, 3, 0.5)).ToList();
        Assert.InRange(Assert.Single(ShortcutAudit.Of(images, 2, 1).Targets).Features.Single(f => f.Feature == "width").Auc, 0.2, 0.7);
        Assert.Null(ShortcutAudit.Of(images, 2, 1).Finding());
    }

    [Fact]
    public void Of_ThreeClasses_TriesEachAndFindsTheFormat()
    {
        var images = Enumerable.Range(0, 300).Select(i => new AuditImage(i % 3, $"P{i / 6}", 80 + (i * 7 % 20), 80, 900, i % 3 == 2 ? "jpeg" : "png", 1, 2, 3, 0)).ToList();
        var audit = ShortcutAudit.Of(images, 3, 0);
        Assert.Equal([0, 1, 2], audit.Targets.Select(t => t.ClassIndex));
        var (target, score) = audit.Finding()!.Value;
        Assert.Equal((2, "format", 1.0), (target.ClassIndex, score.Feature, score.Auc));
    }

    [Fact]
    public void Of_OnePatientOrOneClass_SaysThatItIsTooLittle()
    {
        var one = new AuditImage(0, "P", 9, 9, 9, "png", 1, 1, 1, 0);
        Assert.Equal(0, ShortcutAudit.Of([one, one with { Label = 1 }], 2, 1).Folds);
        Assert.Equal(0, ShortcutAudit.Of([one, one with { Group = "Q" }], 2, 1).Folds);
        Assert.Null(ShortcutAudit.Of([], 2, 1).Finding());
    }

    private static List<AuditImage> Images(Func<Random, int, int> width)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, 400).Select(i => new AuditImage(i / 2 % 2, $"P{i % 40}", width(random, i / 2 % 2), 100 + random.Next(40), 4000 + random.Next(900), "png",
            random.Next(100, 140), random.Next(100, 140), random.Next(100, 140), random.NextDouble()))];
    }
}
