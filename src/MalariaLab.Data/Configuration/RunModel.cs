using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Configuration;

/// <summary>Specs, runs and what runs leave behind.</summary>
internal static class RunModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<Experiment>(experiment =>
        {
            experiment.HasIndex(e => e.SpecHash);
            experiment.HasIndex(e => e.Recipe);
            experiment.HasOne(e => e.DatasetVersion).WithMany().HasForeignKey(e => e.DatasetVersionId).OnDelete(DeleteBehavior.Restrict);
            experiment.HasOne(e => e.Split).WithMany().HasForeignKey(e => e.SplitId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<RunGroup>().MadeBy(g => g.CreatedById);
        model.Entity<Run>(run =>
        {
            run.Property(r => r.Name).HasMaxLength(200);
            run.HasIndex(r => new { r.Status, r.CreatedAt });
            run.HasIndex(r => r.CreatedAt);
            run.HasIndex(r => r.Name);
            run.HasIndex(r => r.Accuracy);
            run.HasIndex(r => r.Auc);
            run.HasIndex(r => r.TestSetHash);
            run.HasOne(r => r.Experiment).WithMany().HasForeignKey(r => r.ExperimentId).OnDelete(DeleteBehavior.Restrict);
            run.HasOne<Run>().WithMany().HasForeignKey(r => r.ParentRunId).OnDelete(DeleteBehavior.SetNull);
            run.HasOne<RunGroup>().WithMany().HasForeignKey(r => r.GroupId).OnDelete(DeleteBehavior.SetNull);
            run.MadeBy(r => r.CreatedById);
        });
        model.Entity<RunEvent>(runEvent =>
        {
            runEvent.HasIndex(e => new { e.RunId, e.Id });
            runEvent.HasOne<Run>().WithMany().HasForeignKey(e => e.RunId);
        });
        model.Entity<EpochRow>(epoch =>
        {
            epoch.ToTable("Epochs");
            epoch.HasKey(e => new { e.RunId, e.Epoch });
            epoch.HasOne<Run>().WithMany().HasForeignKey(e => e.RunId);
        });
        model.Entity<RunProgressRow>(progress =>
        {
            progress.ToTable("RunProgress");
            progress.HasKey(p => p.RunId);
            progress.Property(p => p.RunId).ValueGeneratedNever();
            progress.HasOne<Run>().WithOne().HasForeignKey<RunProgressRow>(p => p.RunId);
        });
        model.Entity<PredictionSet>(set =>
        {
            set.HasIndex(s => new { s.RunId, s.DatasetVersionId, s.Scope }).IsUnique();
            set.HasOne<Run>().WithMany().HasForeignKey(s => s.RunId);
            set.HasOne<DatasetVersion>().WithMany().HasForeignKey(s => s.DatasetVersionId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<EvaluationRow>(evaluation =>
        {
            evaluation.ToTable("Evaluations");
            evaluation.HasIndex(e => new { e.RunId, e.DatasetVersionId, e.Scope }).IsUnique();
            evaluation.HasOne<Run>().WithMany().HasForeignKey(e => e.RunId);
            evaluation.HasOne<DatasetVersion>().WithMany().HasForeignKey(e => e.DatasetVersionId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<Artifact>(artifact =>
        {
            artifact.HasIndex(a => new { a.RunId, a.Kind }).IsUnique();
            artifact.HasOne<Run>().WithMany().HasForeignKey(a => a.RunId);
        });
    }
}
