using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Configuration;

/// <summary>Datasets, their content, imports and splits.</summary>
internal static class DatasetModel
{
    private const int HashLength = 64;

    public static void Configure(ModelBuilder model)
    {
        model.Entity<Dataset>(dataset =>
        {
            dataset.Property(d => d.Name).HasMaxLength(200);
            dataset.HasIndex(d => d.Name).IsUnique().HasFilter("\"TrashedAt\" IS NULL");
            dataset.MadeBy(d => d.CreatedById);
        });
        model.Entity<DatasetVersion>(version =>
        {
            version.HasIndex(v => new { v.DatasetId, v.Number }).IsUnique();
            version.HasOne<DatasetVersion>().WithMany().HasForeignKey(v => v.ParentVersionId).OnDelete(DeleteBehavior.SetNull);
            version.MadeBy(v => v.CreatedById);
        });
        model.Entity<DatasetImage>(image =>
        {
            image.HasKey(i => new { i.VersionId, i.Ordinal });
            image.HasIndex(i => i.Sha256);
            image.HasIndex(i => new { i.VersionId, i.Label, i.Ordinal });
            image.HasIndex(i => new { i.VersionId, i.Group });
            // Most versions have no given parts: whether there are any is then known without a look at the images.
            image.HasIndex(i => new { i.VersionId, i.GivenPart }).HasFilter("\"GivenPart\" IS NOT NULL");
            image.Property(i => i.Sha256).HasMaxLength(HashLength);
            image.HasOne<DatasetVersion>().WithMany().HasForeignKey(i => i.VersionId);
            // The store never drops a content that a manifest names: the database refuses.
            image.HasOne<Blob>().WithMany().HasForeignKey(i => i.Sha256).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<DatasetInsight>(insight =>
        {
            insight.HasKey(i => new { i.VersionId, i.Kind });
            insight.HasOne<DatasetVersion>().WithMany().HasForeignKey(i => i.VersionId);
        });
        model.Entity<Blob>(blob =>
        {
            blob.HasKey(b => b.Sha256);
            blob.Property(b => b.Sha256).HasMaxLength(HashLength);
            blob.HasOne<BlobPack>().WithMany().HasForeignKey(b => b.PackId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<ImportRefusal>(refusal =>
        {
            refusal.HasIndex(r => new { r.VersionId, r.Kind });
            refusal.HasOne<DatasetVersion>().WithMany().HasForeignKey(r => r.VersionId);
        });
        model.Entity<Import>(import =>
        {
            import.HasIndex(i => i.VersionId);
            import.HasOne<DatasetVersion>().WithMany().HasForeignKey(i => i.VersionId);
            import.HasOne<LabTask>().WithMany().HasForeignKey(i => i.TaskId).OnDelete(DeleteBehavior.SetNull);
            import.MadeBy(i => i.CreatedById);
        });
        model.Entity<Split>(split =>
        {
            split.Property(s => s.Name).HasMaxLength(200);
            split.HasIndex(s => new { s.VersionId, s.Name }).IsUnique();
            split.HasOne(s => s.Version).WithMany().HasForeignKey(s => s.VersionId);
            split.MadeBy(s => s.CreatedById);
        });
        model.Entity<LabelReview>(review =>
        {
            review.HasIndex(r => new { r.VersionId, r.Ordinal, r.UserId }).IsUnique();
            review.HasOne<DatasetVersion>().WithMany().HasForeignKey(r => r.VersionId);
            review.HasOne<LabUser>().WithMany().HasForeignKey(r => r.UserId);
        });
    }
}
