using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;

namespace MalariaLab.Data.Tests;

public sealed class RunQueriesOnSqlite(PostgresServer postgres) : RunQueriesTests(LabDatabase.Sqlite, postgres);

public sealed class RunQueriesOnPostgres(PostgresServer postgres) : RunQueriesTests(LabDatabase.Postgres, postgres);

public abstract class RunQueriesTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task List_Filtered_FindsWordsTagsStatesAndTheTrash()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var data = await lab.DataAsync("Malaria cells");
        var ids = new List<long>();
        foreach (var name in (string[])["LeNet baseline", "lenet 2", "VGG"]) ids.Add((await lab.QueuedRunAsync(data, name)).Id);
        var library = lab.Get<RunLibrary>();
        foreach (var tag in (string[])["Paper", "first try"]) await library.AddTagAsync(ids[0], tag);
        await library.AddTagAsync(ids[1], "papers");
        await lab.Get<RunCommands>().CancelAsync(ids[2], Seeds.Ana);
        await library.TrashAsync(ids[2]);

        Assert.Equal([ids[1], ids[0]], await Ids(new RunFilter { Text = "LENET" }));
        Assert.Equal([ids[0]], await Ids(new RunFilter { Text = "malaria base" }));
        Assert.Equal([ids[0]], await Ids(new RunFilter { Tags = ["paper"] }));
        Assert.Equal([ids[0]], await Ids(new RunFilter { Tags = ["First Try"] }));
        Assert.Equal([ids[2]], await Ids(new RunFilter { Trashed = true }));
        Assert.Empty(await Ids(new RunFilter { Statuses = [RunStatus.Succeeded] }));
        Assert.Equal(2, (await Ids(new RunFilter { Recipes = ["lenet"], DatasetIds = [data.Version.DatasetId] })).Length);
        Assert.Equal(["first-try", "paper", "papers"], await lab.Get<RunQueries>().TagsAsync());

        async Task<long[]> Ids(RunFilter filter) => [.. (await lab.Get<RunQueries>().ListAsync(filter)).Items.Select(r => r.Id)];
    }

    [Fact]
    public async Task NotesAndTags_OfTwoWriters_LoseNothing()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = (await lab.QueuedRunAsync(await lab.DataAsync("Malaria cells"), "LeNet")).Id;
        var library = lab.Get<RunLibrary>();
        await library.SetNotesAsync(run, "first", before: "");
        // A second click on the same button is no other writer.
        await library.SetNotesAsync(run, "first", before: "");
        var refusal = await Assert.ThrowsAsync<MalariaLab.Core.ExplainedException>(() => library.SetNotesAsync(run, "second", before: ""));
        Assert.Contains("Someone else has changed the notes", refusal.Message);
        await library.SetNotesAsync(run, "first and second", before: "first");
        await library.AddTagAsync(run, "Best one");
        await library.AddTagAsync(run, "paper");
        await library.AddTagAsync(run, "PAPER");
        await library.RemoveTagAsync(run, "best-one");
        await Assert.ThrowsAsync<MalariaLab.Core.ExplainedException>(() => library.AddTagAsync(run, "  "));
        var found = (await lab.Get<RunQueries>().FindAsync(run))!.Run;
        Assert.Equal(("first and second", " paper "), (found.Notes, found.TagText));
    }

    [Fact]
    public async Task List_ByEveryColumn_PutsUndefinedLastAndPagesWithoutOverlap()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var data = await lab.DataAsync();
        for (var i = 0; i < 7; i++) await lab.QueuedRunAsync(data, $"run {i}");
        await using (var db = lab.Db())
            foreach (var run in await db.Runs.ToListAsync())
            {
                run.Accuracy = run.Id % 3 == 0 ? null : run.Id / 100.0;
                await db.SaveChangesAsync();
            }
        var queries = lab.Get<RunQueries>();
        foreach (var sort in Enum.GetValues<RunSort>())
            foreach (var descending in (bool[])[true, false])
            {
                var filter = new RunFilter { Sort = sort, Descending = descending, Take = 3 };
                var seen = new List<long>();
                for (var skip = 0; skip < 9; skip += 3)
                {
                    var page = await queries.ListAsync(filter with { Skip = skip });
                    Assert.Equal(7, page.Total);
                    seen.AddRange(page.Items.Select(r => r.Id));
                }
                Assert.Equal(7, seen.Distinct().Count());
            }
        foreach (var descending in (bool[])[true, false])
        {
            var accuracies = (await queries.ListAsync(new RunFilter { Sort = RunSort.Accuracy, Descending = descending })).Items.Select(r => r.Accuracy).ToList();
            var defined = accuracies.TakeWhile(a => a is not null).Select(a => a!.Value).ToList();
            Assert.Equal(descending ? defined.OrderDescending() : defined.Order(), defined);
            Assert.All(accuracies.Skip(defined.Count), Assert.Null);
        }
    }

    [Fact]
    public async Task Queue_WithPriorities_NumbersTheWaitingInStartOrder()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var running = await lab.TrainingRunAsync();
        await lab.Get<RunExecution>().SaveProgressAsync(running.Id, running.Ticket, new RunProgress { Stage = "Training", Epoch = 2, Epochs = 3 });
        var data = await lab.DataAsync("other");
        var waiting = new List<long>();
        foreach (var priority in (int[])[0, 3, 0])
        {
            lab.Time.AdvanceSeconds(1);
            waiting.Add((await lab.QueuedRunAsync(data, priority: priority)).Id);
        }
        var queue = await lab.Get<RunQueries>().QueueAsync();
        Assert.Equal([(running.Id, 0), (waiting[1], 1), (waiting[0], 2), (waiting[2], 3)], queue.Select(q => (q.Row.Id, q.Position)));
        Assert.Equal(2, queue[0].Progress!.Epoch);
    }

    [Fact]
    public async Task Detail_OfARun_HoldsSpecEventsAndHashes()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        await lab.Get<RunExecution>().SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(1));
        await lab.Get<RunExecution>().SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(2));
        await lab.Get<RunExecution>().SaveArtifactAsync(run.Id, run.Ticket, new Artifact { Kind = ArtifactKind.LastCheckpoint, FileName = "c", Sha256 = "s", Bytes = 5 });
        var queries = lab.Get<RunQueries>();
        var detail = (await queries.FindAsync(run.Id))!;
        Assert.Equal((4, 1, "lenet", 64), (detail.Events.Count, detail.Artifacts.Count, detail.Spec.Recipe, detail.SpecHash.Length));
        Assert.Equal(["Parasitized", "Uninfected"], detail.Version.ClassNames);
        Assert.Equal(2, Assert.Single(await queries.EpochsAsync(run.Id, 1)).Epoch);
        Assert.Equal(2, (await queries.EpochsAsync([run.Id]))[run.Id].Count);
        Assert.Equal((RunStatus.Training, 2), (await queries.LiveAsync([run.Id])).Select(l => (l.Status, l.LastEpoch)).Single());
        Assert.Null(await queries.FindAsync(run.Id + 1));
    }
}
