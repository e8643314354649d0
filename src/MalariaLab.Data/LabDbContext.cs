using MalariaLab.Data.Configuration;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data;

/// <summary>The lab's database, on SQLite or PostgreSQL.</summary>
public sealed class LabDbContext(DbContextOptions<LabDbContext> options) : IdentityDbContext<LabUser, IdentityRole<long>, long>(options)
{
    /// <summary>Datasets.</summary>
    public DbSet<Dataset> Datasets => Set<Dataset>();

    /// <summary>Versions of datasets.</summary>
    public DbSet<DatasetVersion> DatasetVersions => Set<DatasetVersion>();

    /// <summary>Manifests.</summary>
    public DbSet<DatasetImage> DatasetImages => Set<DatasetImage>();

    /// <summary>What jobs found out about versions.</summary>
    public DbSet<DatasetInsight> DatasetInsights => Set<DatasetInsight>();

    /// <summary>Files that imports did not take.</summary>
    public DbSet<ImportRefusal> ImportRefusals => Set<ImportRefusal>();

    /// <summary>Import requests.</summary>
    public DbSet<Import> Imports => Set<Import>();

    /// <summary>Splits.</summary>
    public DbSet<Split> Splits => Set<Split>();

    /// <summary>Readers' judgements of labels.</summary>
    public DbSet<LabelReview> LabelReviews => Set<LabelReview>();

    /// <summary>Stored specs.</summary>
    public DbSet<Experiment> Experiments => Set<Experiment>();

    /// <summary>Runs.</summary>
    public DbSet<Run> Runs => Set<Run>();

    /// <summary>Runs that were asked for at once.</summary>
    public DbSet<RunGroup> RunGroups => Set<RunGroup>();

    /// <summary>Changes of runs' states.</summary>
    public DbSet<RunEvent> RunEvents => Set<RunEvent>();

    /// <summary>Finished epochs.</summary>
    public DbSet<EpochRow> Epochs => Set<EpochRow>();

    /// <summary>What live runs do now.</summary>
    public DbSet<RunProgressRow> RunProgress => Set<RunProgressRow>();

    /// <summary>Scores.</summary>
    public DbSet<PredictionSet> PredictionSets => Set<PredictionSet>();

    /// <summary>Reports.</summary>
    public DbSet<EvaluationRow> Evaluations => Set<EvaluationRow>();

    /// <summary>Files of runs.</summary>
    public DbSet<Artifact> Artifacts => Set<Artifact>();

    /// <summary>Workers.</summary>
    public DbSet<WorkerNode> Workers => Set<WorkerNode>();

    /// <summary>Work that is not a run.</summary>
    public DbSet<LabTask> Tasks => Set<LabTask>();

    /// <summary>Last change of each thing.</summary>
    public DbSet<Change> Changes => Set<Change>();

    /// <summary>The counter behind <see cref="Changes"/>.</summary>
    public DbSet<ChangeCounter> ChangeCounters => Set<ChangeCounter>();

    /// <summary>Contents of the store.</summary>
    public DbSet<Blob> Blobs => Set<Blob>();

    /// <summary>Files of the store.</summary>
    public DbSet<BlobPack> BlobPacks => Set<BlobPack>();

    /// <summary>Bearer tokens.</summary>
    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    /// <summary>Invitations.</summary>
    public DbSet<Invitation> Invitations => Set<Invitation>();

    /// <summary>Imported weights.</summary>
    public DbSet<WeightsFile> WeightsFiles => Set<WeightsFile>();

    /// <summary>Audit log.</summary>
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    /// <summary>Named filters.</summary>
    public DbSet<SavedView> SavedViews => Set<SavedView>();

    /// <summary>Secret links.</summary>
    public DbSet<ShareLink> ShareLinks => Set<ShareLink>();

    /// <summary>Openings of secret links.</summary>
    public DbSet<ShareView> ShareViews => Set<ShareView>();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
        if (Database.IsSqlite())
            // SQLite has no time type; UTC ticks sort and compare as what they are.
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        else
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        AccountModel.Configure(builder);
        DatasetModel.Configure(builder);
        RunModel.Configure(builder);
        JobModel.Configure(builder);
    }
}
