using System.Data.Common;
using MalariaLab.Core;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Store;
using Microsoft.Data.Sqlite;

namespace MalariaLab.Data.Tests;

/// <summary>Locks and full disks.</summary>
public sealed class TroubleTests(PostgresServer postgres)
{
    [Fact]
    public async Task Write_WhileTheDatabaseIsLocked_WaitsAndSucceeds()
    {
        await using var lab = await TestLab.CreateAsync(LabDatabase.Sqlite, postgres);
        var run = await lab.TrainingRunAsync();
        await using var connection = new SqliteConnection($"Data Source={lab.Get<LabPaths>().LabDb}");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        var write = Task.Run(() => lab.Get<RunExecution>().SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(1)));
        var read = await lab.Get<RunQueries>().FindAsync(run.Id);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Training, read!.Row.Status);
        Assert.False(write.IsCompleted);
        await transaction.RollbackAsync();

        await write;
        Assert.Equal(1, (await lab.RunAsync(run.Id)).LastEpoch);
    }

    [Fact]
    public async Task Write_AfterTheServerDroppedItsConnections_FailsAsTroubleThatPasses()
    {
        await using var lab = await TestLab.CreateAsync(LabDatabase.Postgres, postgres);
        var run = await lab.TrainingRunAsync();
        await using (var other = new Npgsql.NpgsqlConnection(lab.Options.ConnectionString + ";Pooling=false"))
        {
            await other.OpenAsync();
            await using var drop = other.CreateCommand();
            drop.CommandText = "SELECT pg_terminate_backend(pid, 600000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            await drop.ExecuteNonQueryAsync();
        }
        Task Save() => lab.Get<RunExecution>().SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(1));

        var lost = await Assert.ThrowsAnyAsync<Exception>(Save);
        // Entity Framework's own type around the driver's, so that a look for the driver's would miss it.
        Assert.IsNotAssignableFrom<DbException>(lost);
        Assert.True(DatabaseTrouble.Is(lost), lost.ToString());

        await Save();
        Assert.Equal(1, (await lab.RunAsync(run.Id)).LastEpoch);
        Assert.False(DatabaseTrouble.Is(await Assert.ThrowsAnyAsync<Exception>(() => lab.Get<RunExecution>().SaveEpochAsync(run.Id, "another ticket", Seeds.Epoch(2)))));
    }

    [Fact]
    public async Task Connection_OfTheLab_IsDurableAndChecksReferences()
    {
        await using var lab = await TestLab.CreateAsync(LabDatabase.Sqlite, postgres);
        await using var db = lab.Db();
        Assert.Equal("wal", (await db.Database.SqlQuery<string>($"PRAGMA journal_mode").ToListAsync()).Single());
        Assert.Equal(2, (await db.Database.SqlQuery<int>($"PRAGMA synchronous").ToListAsync()).Single());
        Assert.Equal(1, (await db.Database.SqlQuery<int>($"PRAGMA foreign_keys").ToListAsync()).Single());
    }

    [Fact]
    public async Task Pack_OnAFullDisk_FailsWithASentence()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("Needs /dev/full.");
        await using var lab = await TestLab.CreateAsync(LabDatabase.Sqlite, postgres);
        await using var pack = new PackWriter(lab.Get<LabPaths>(), lab.Time, _ => new FileStream("/dev/full", FileMode.Open, FileAccess.Write));
        var failed = Assert.Throws<ExplainedException>(() => pack.Add("hash", new byte[3 << 20]));
        Assert.StartsWith("The disk that holds ", failed.Message, StringComparison.Ordinal);
        Assert.Contains("is full. Free some space", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Upload_WithAHostileName_StaysInItsFolder()
    {
        var folder = Directory.CreateTempSubdirectory("lab-paths-").FullName;
        try
        {
            var paths = new LabPaths(new LabDataOptions { DataFolder = folder });
            foreach (var name in (string[])["../../etc/passwd", "a.zip", "b.z/ip", "c.😀", "d." + new string('x', 300)])
                Assert.Equal(paths.Uploads, Path.GetDirectoryName(paths.NewUpload(name)));
            Assert.EndsWith(".zip", paths.NewUpload("A.ZIP"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
