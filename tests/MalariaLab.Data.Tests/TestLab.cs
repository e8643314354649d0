using MalariaLab.Data.Jobs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MalariaLab.Data.Tests;

/// <summary>A migrated lab in a temporary folder, on SQLite or on the private PostgreSQL, with a clock that the test moves.</summary>
internal sealed class TestLab : IAsyncDisposable
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static string? postgresTemplate;
    private static byte[]? sqliteTemplate;

    private TestLab(ServiceProvider services, LabDataOptions options, ManualTime time)
    {
        Services = services;
        Options = options;
        Time = time;
    }

    public ServiceProvider Services { get; }

    public LabDataOptions Options { get; }

    public ManualTime Time { get; }

    public static async Task<TestLab> CreateAsync(LabDatabase provider, PostgresServer postgres, bool migrate = true, Action<IServiceCollection>? configure = null)
    {
        var options = new LabDataOptions { DataFolder = Directory.CreateTempSubdirectory("lab-data-").FullName, Provider = provider };
        if (provider == LabDatabase.Postgres)
            options.ConnectionString = await postgres.CreateDatabaseAsync(migrate ? await PostgresTemplateAsync(postgres) : null);
        else if (migrate)
            await File.WriteAllBytesAsync(Path.Combine(options.DataFolder, "lab.db"), await SqliteTemplateAsync(postgres));
        return Build(options, new ManualTime(), configure);
    }

    /// <summary>A second process on the same lab.</summary>
    public TestLab Sibling() => Build(Options, Time, null);

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public LabDbContext Db() => Get<IDbContextFactory<LabDbContext>>().CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        if (Options.Provider == LabDatabase.Sqlite) await CloseFilesAsync();
        await Services.DisposeAsync();
        TemporaryFolder.Delete(Options.DataFolder);
    }

    // Only this lab's: other tests may be reading what the last connection of theirs writes.
    private async Task CloseFilesAsync()
    {
        await using var db = Db();
        SqliteConnection.ClearPool((SqliteConnection)db.Database.GetDbConnection());
    }

    private static TestLab Build(LabDataOptions options, ManualTime time, Action<IServiceCollection>? configure)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddLabData(options);
        services.AddSingleton<FakeScheduler>();
        services.AddSingleton<IJobScheduler>(provider => provider.GetRequiredService<FakeScheduler>());
        configure?.Invoke(services);
        return new TestLab(services.BuildServiceProvider(), options, time);
    }

    private static async Task<byte[]> SqliteTemplateAsync(PostgresServer postgres)
    {
        await Gate.WaitAsync();
        try
        {
            if (sqliteTemplate is not null) return sqliteTemplate;
            await using var lab = await CreateAsync(LabDatabase.Sqlite, postgres, migrate: false);
            await lab.Get<DatabaseMigrator>().MigrateAsync();
            // The last connection that closes writes the log into the file.
            await lab.CloseFilesAsync();
            return sqliteTemplate = await File.ReadAllBytesAsync(lab.Get<LabPaths>().LabDb);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<string> PostgresTemplateAsync(PostgresServer postgres)
    {
        await Gate.WaitAsync();
        try
        {
            if (postgresTemplate is not null) return postgresTemplate;
            await using var lab = await CreateAsync(LabDatabase.Postgres, postgres, migrate: false);
            await lab.Get<DatabaseMigrator>().MigrateAsync();
            // A template may have no open connection.
            await using (var connection = new NpgsqlConnection(lab.Options.ConnectionString)) NpgsqlConnection.ClearPool(connection);
            return postgresTemplate = new NpgsqlConnectionStringBuilder(lab.Options.ConnectionString).Database!;
        }
        finally
        {
            Gate.Release();
        }
    }
}
