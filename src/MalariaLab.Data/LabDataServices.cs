using MalariaLab.Data.Datasets;
using MalariaLab.Data.Experiments;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Sharing;
using MalariaLab.Data.Sqlite;
using MalariaLab.Data.Store;
using MalariaLab.Data.Weights;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Data;

/// <summary>Registration of the data layer.</summary>
public static class LabDataServices
{
    /// <summary>Names of the assemblies that hold the migrations.</summary>
    internal const string SqliteMigrations = "MalariaLab.Migrations.Sqlite", PostgresMigrations = "MalariaLab.Migrations.Postgres";

    /// <summary>
    /// Adds the context factory, the migrator, paths, store, queries and commands; commands that queue work also need <c>AddLabJobs</c>.
    /// Call <see cref="DatabaseMigrator.MigrateAsync"/> before the first use.
    /// </summary>
    public static IServiceCollection AddLabData(this IServiceCollection services, LabDataOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<LabPaths>();
        services.AddDbContextFactory<LabDbContext>((provider, builder) => builder.UseLab(options, provider.GetRequiredService<LabPaths>().LabDb));
        services.AddSingleton<DatabaseMigrator>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<RunCommands>();
        services.AddSingleton<SpecFacts>();
        services.AddSingleton<RunLibrary>();
        services.AddSingleton<RunExecution>();
        services.AddSingleton<RunResults>();
        services.AddSingleton<LabTasks>();
        services.AddSingleton<TaskExecution>();
        services.AddSingleton<WorkerRegistry>();
        services.AddSingleton<RunQueries>();
        services.AddSingleton<RunPredictions>();
        services.AddSingleton<GalleryIndex>();
        services.AddSingleton<DatasetQueries>();
        services.AddSingleton<ContentStore>();
        services.AddSingleton<DatasetCommands>();
        services.AddSingleton<DatasetVersionWriter>();
        services.AddSingleton<DerivedVersions>();
        services.AddSingleton<Housekeeping>();
        services.AddSingleton<VersionDiffs>();
        services.AddSingleton<Labels.LabelReviews>();
        services.AddSingleton<Labels.OutOfSample>();
        services.AddSingleton<SplitCommands>();
        services.AddSingleton<DatasetInsights>();
        services.AddSingleton<WeightsLibrary>();
        services.AddSingleton<ShareLinks>();
        return services;
    }

    /// <summary>A context for generating migrations; it never connects.</summary>
    public static LabDbContext CreateForDesign(LabDatabase provider)
    {
        var builder = new DbContextOptionsBuilder<LabDbContext>();
        builder.UseLab(new LabDataOptions { DataFolder = ".", Provider = provider, ConnectionString = "Host=localhost" }, "design.db");
        return new LabDbContext(builder.Options);
    }

    /// <summary>Points <paramref name="builder"/> at the lab's database.</summary>
    internal static void UseLab(this DbContextOptionsBuilder builder, LabDataOptions options, string sqliteFile)
    {
        if (options.Provider == LabDatabase.Sqlite)
        {
            builder.UseSqlite($"Data Source={sqliteFile};Default Timeout=30", sqlite => sqlite.MigrationsAssembly(SqliteMigrations));
            builder.AddInterceptors(new SqlitePragmas());
        }
        else
        {
            builder.UseNpgsql(options.ConnectionString ?? throw new InvalidOperationException("PostgreSQL needs a connection string (Lab:ConnectionString)."),
                postgres => postgres.MigrationsAssembly(PostgresMigrations));
        }
        // The first is raised only when several DbContext models share a process, which tests do on purpose. A failed command also throws, and whoever catches
        // it says so; logged as an error as well, it frightens on an empty PostgreSQL, whose history of migrations is looked for by a query that may fail.
        builder.ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning).Log((RelationalEventId.CommandError, LogLevel.Debug)));
    }
}
