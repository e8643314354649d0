using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Labels;
using MalariaLab.Data.Runs;

namespace MalariaLab.Data.Tests;

public sealed class LabelsOnSqlite(PostgresServer postgres) : LabelTests(LabDatabase.Sqlite, postgres);

public sealed class LabelsOnPostgres(PostgresServer postgres) : LabelTests(LabDatabase.Postgres, postgres);

public abstract class LabelTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task Reviews_OfTwoReaders_AreBlindUntilBothHaveReadAndBecomeAVersion()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 40);
        var (ana, ben) = (await ReaderAsync(lab, "ana"), await ReaderAsync(lab, "ben"));
        var reviews = lab.Get<LabelReviews>();
        await reviews.DecideAsync(version.Id, 0, ReviewDecision.Keep, null, ana);
        await reviews.DecideAsync(version.Id, 1, ReviewDecision.Relabel, 0, ana);
        await reviews.DecideAsync(version.Id, 2, ReviewDecision.Keep, null, ana);
        await reviews.DecideAsync(version.Id, 2, ReviewDecision.Exclude, null, ana);
        await reviews.DecideAsync(version.Id, 5, ReviewDecision.Exclude, null, ana);
        await reviews.DecideAsync(version.Id, 1, ReviewDecision.Relabel, 0, ben);
        await reviews.DecideAsync(version.Id, 2, ReviewDecision.Exclude, null, ben);
        await reviews.DecideAsync(version.Id, 0, ReviewDecision.Relabel, 1, ben);

        var book = await reviews.BookAsync(version.Id);
        Assert.Equal([0, 1, 2], book.SeenBy(ben).Images.Select(i => i.Ordinal));
        Assert.Equal(0, Assert.Single(book.Disagreements).Ordinal);
        var agreement = book.Agreement(ana, ben);
        Assert.Equal((3, 2), (agreement.Counts.Total, agreement.Counts.Correct));
        var changes = book.Changes(version.Id, "read twice");
        Assert.Equal([2, 5], changes.Exclude);
        Assert.Equal([KeyValuePair.Create(1, 0)], changes.Relabel);

        // A revision settles the disagreement and leaves the blind agreement as it was.
        await reviews.DecideAsync(version.Id, 0, ReviewDecision.Relabel, 1, ana);
        book = await reviews.BookAsync(version.Id);
        Assert.Empty(book.Disagreements);
        Assert.True(book.Images[0].WasDisputed);
        Assert.Equal(2, book.Agreement(ana, ben).Counts.Correct);
        var made = await lab.Get<DerivedVersions>().CreateAsync(book.Changes(version.Id, "read twice"), Seeds.Ana);
        Assert.Equal(38, (await lab.Get<DatasetQueries>().VersionAsync(made.VersionId))!.ImageCount);

        await reviews.UndoAsync(version.Id, 0, ana);
        await reviews.UndoAsync(version.Id, 5, ana);
        book = await reviews.BookAsync(version.Id);
        Assert.Equal([0, 1, 2], book.Images.Select(i => i.Ordinal));
        Assert.Equal(0, Assert.Single(book.Disagreements).Ordinal);
    }

    [Fact]
    public async Task Decide_WhatIsNotThere_IsRefused()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 40);
        var ana = await ReaderAsync(lab, "ana");
        await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<LabelReviews>().DecideAsync(version.Id, 40, ReviewDecision.Keep, null, ana));
        await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<LabelReviews>().DecideAsync(version.Id, 1, ReviewDecision.Relabel, 2, ana));
        Assert.Empty((await lab.Get<LabelReviews>().BookAsync(version.Id)).Images);
    }

    [Fact]
    public async Task OutOfSample_OfAGroupOfFolds_HasEachImageOnceByTheFoldThatTestsOnIt()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 120);
        var commands = lab.Get<SplitCommands>();
        for (var fold = 0; fold < 3; fold++)
            await commands.CreateAsync(version.Id, new SplitPlan { Method = SplitMethod.KFold, Folds = 3, Fold = fold }, $"fold {fold}", Seeds.Ana);
        var group = await lab.Get<RunCommands>().CreateGroupAsync(RunGroupKind.Folds, "cv", Seeds.Ana);
        var splits = await lab.Get<DatasetQueries>().SplitsAsync(version.Id);
        foreach (var split in splits)
        {
            var run = await lab.Get<RunCommands>().CreateAsync(new NewRun { Spec = Seeds.Spec(version, split), Name = split.Name, GroupId = group }, Seeds.Ana);
            // The image's own number is hidden in its score, so that a shift would show.
            await ScoreAsync(lab, run, version.Id, PredictionScope.Test, [.. Enumerable.Range(0, 120).Where(i => split.Assignment[i] == (byte)SplitPart.Test)]);
        }

        var scores = (await lab.Get<OutOfSample>().OfGroupAsync(group))!;
        Assert.Equal(Enumerable.Range(0, 120), scores.Ordinals);
        Assert.Equal(3, scores.Runs.Count);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => i % 2), scores.Predictions.Truth);
        Assert.All(scores.Ordinals, i => Assert.Equal(i / 1000f, scores.Predictions.Probabilities[2 * i]));
        Assert.Equal("P7", scores.Predictions.Groups[47]);
        var sources = await lab.Get<OutOfSample>().SourcesAsync(version.Id);
        Assert.Equal([true, false, false, false], sources.Select(s => s.IsGroup));
        Assert.Equal(splits[0].TestCount, (await lab.Get<OutOfSample>().OfRunAsync(version.Id, scores.Runs[0]))!.Ordinals.Count);
    }

    [Fact]
    public async Task OutOfSample_OfARunOnALaterVersion_LeavesOutWhatItWasTrainedOn()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 80);
        await lab.Get<SplitCommands>().CreateAsync(version.Id, new SplitPlan(), "s", Seeds.Ana);
        var split = (await lab.Get<DatasetQueries>().SplitsAsync(version.Id)).Single();
        var run = await lab.Get<RunCommands>().CreateAsync(new NewRun { Spec = Seeds.Spec(version, split), Name = "run" }, Seeds.Ana);
        var later = await lab.Get<DerivedVersions>().CreateAsync(new() { ParentVersionId = version.Id, Exclude = [0] }, Seeds.Ana);
        await ScoreAsync(lab, run, later.VersionId, PredictionScope.All, [.. Enumerable.Range(1, 79)]);
        var scores = (await lab.Get<OutOfSample>().OfRunAsync(later.VersionId, run))!;
        Assert.DoesNotContain(scores.Ordinals, i => split.Assignment[i + 1] == (byte)SplitPart.Train);
        Assert.Equal(79 - Enumerable.Range(1, 79).Count(i => split.Assignment[i] == (byte)SplitPart.Train), scores.Ordinals.Count);
    }

    private static async Task<long> ReaderAsync(TestLab lab, string name)
    {
        await using var db = lab.Db();
        var user = new LabUser { UserName = name, DisplayName = name };
        db.Users.Add(user);
        await db.SaveChangesAsync();
        return user.Id;
    }

    private static async Task ScoreAsync(TestLab lab, long run, long versionId, string scope, int[] images)
    {
        await using var db = lab.Db();
        var predictions = new Predictions
        {
            Labels = ["Parasitized", "Uninfected"],
            Truth = [.. images.Select(i => i % 2)],
            Probabilities = [.. images.SelectMany(i => new[] { i / 1000f, 1 - (i / 1000f) })],
        };
        db.PredictionSets.Add(new PredictionSet
        {
            RunId = run,
            DatasetVersionId = versionId,
            Scope = scope,
            SetHash = new string('e', 64),
            Count = images.Length,
            Blob = PredictionBlob.Write(predictions),
            At = lab.Time.GetUtcNow(),
        });
        await db.SaveChangesAsync();
        await db.Runs.Where(r => r.Id == run).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Succeeded));
    }
}
