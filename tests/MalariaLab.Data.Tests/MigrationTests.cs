using MalariaLab.Data.Entities;

namespace MalariaLab.Data.Tests;

public sealed class MigrationTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(LabDatabase.Sqlite)]
    [InlineData(LabDatabase.Postgres)]
    public async Task Migrations_TwoProcessesAtOnce_BothFindTheWholeSchema(LabDatabase provider)
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres, migrate: false);
        await using var sibling = lab.Sibling();

        await Task.WhenAll(lab.Get<DatabaseMigrator>().MigrateAsync(), sibling.Get<DatabaseMigrator>().MigrateAsync());

        await using var db = lab.Db();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
        Assert.Equal(0, (await db.ChangeCounters.SingleAsync()).Value);
    }

    [Theory]
    [InlineData(LabDatabase.Sqlite)]
    [InlineData(LabDatabase.Postgres)]
    public async Task Model_AgainstMigrations_HasNoPendingChanges(LabDatabase provider)
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var db = lab.Db();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Theory]
    [InlineData(LabDatabase.Sqlite)]
    [InlineData(LabDatabase.Postgres)]
    public async Task Dataset_WrittenWithAnOffset_SortsAndReadsAsUtc(LabDatabase provider)
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var early = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.FromHours(8));
        await using (var db = lab.Db())
        {
            db.Datasets.Add(new Dataset { Name = "late", CreatedAt = early.AddHours(1) });
            db.Datasets.Add(new Dataset { Name = "early", CreatedAt = early });
            await db.SaveChangesAsync();
        }

        await using var read = lab.Db();
        var rows = await read.Datasets.OrderBy(d => d.CreatedAt).ToListAsync();
        Assert.Equal(["early", "late"], rows.Select(d => d.Name));
        Assert.Equal(early, rows[0].CreatedAt);
        Assert.Equal(TimeSpan.Zero, rows[0].CreatedAt.Offset);
    }
}
