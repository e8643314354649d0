using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Experiments;
using MalariaLab.Data.Runs;

namespace MalariaLab.Data.Tests;

public sealed class StartFactsOnSqlite(PostgresServer postgres) : StartFactsTests(LabDatabase.Sqlite, postgres);

public sealed class StartFactsOnPostgres(PostgresServer postgres) : StartFactsTests(LabDatabase.Postgres, postgres);

public abstract class StartFactsTests(LabDatabase provider, PostgresServer postgres)
{
    private static readonly SplitPart[] Learning = [SplitPart.Train, SplitPart.Validation];

    [Fact]
    public async Task LearnedBy_ARunThatStartsFromAnother_CountsTheImagesOfBoth()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 40);
        var (first, second, third) = (await SplitAsync(lab, version, 1), await SplitAsync(lab, version, 2), await SplitAsync(lab, version, 3));
        var parent = await lab.Get<RunCommands>().CreateAsync(new NewRun { Spec = Seeds.Spec(version, first), Name = "parent" }, Seeds.Ana);
        var child = await lab.Get<RunCommands>().CreateAsync(new NewRun { Spec = Seeds.Spec(version, second) with { Weights = From(parent) }, Name = "child" }, Seeds.Ana);
        await using var db = lab.Db();
        var learned = (await db.ContentsAsync(first.Id, Learning)).Union(await db.ContentsAsync(second.Id, Learning)).ToHashSet();

        Assert.True(learned.SetEquals(await db.LearnedByAsync(child)));
        Assert.True(learned.Count > (await db.LearnedByAsync(parent)).Count);

        var tested = (await db.ContentsAsync(third.Id, [SplitPart.Test])).Count(learned.Contains);
        Assert.True(tested > 0);
        Assert.Equal(tested, (await lab.Get<SpecFacts>().DataAsync(third.Id, child)).LearnedByStart);
        var issues = await lab.Get<SpecFacts>().CheckAsync(Seeds.Spec(version, third) with { Weights = From(child) });
        Assert.Contains(issues, i => i.Message.Contains($"{tested} of the", StringComparison.Ordinal));
        Assert.Equal(0, (await lab.Get<SpecFacts>().DataAsync(first.Id, parent)).LearnedByStart);
    }

    private static WeightsSpec From(long run) => new() { Source = WeightsSource.Run, RunId = run };

    private static async Task<Split> SplitAsync(TestLab lab, DatasetVersion version, long seed)
    {
        var plan = new SplitPlan { Unit = SplitUnit.Image, TrainPercent = 40, ValidationPercent = 10, TestPercent = 50, Seed = seed };
        var id = await lab.Get<SplitCommands>().CreateAsync(version.Id, plan, $"seed {seed}", Seeds.Ana);
        await using var db = lab.Db();
        return (await db.Splits.FindAsync(id))!;
    }
}
