using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Configuration;

/// <summary>Tasks, workers and the change feed.</summary>
internal static class JobModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<LabTask>(task =>
        {
            task.HasIndex(t => new { t.Status, t.QueuedAt });
            task.HasIndex(t => new { t.Kind, t.SubjectId });
            task.MadeBy(t => t.CreatedById);
        });
        model.Entity<WorkerNode>(worker =>
        {
            worker.Property(w => w.Name).HasMaxLength(200);
            worker.HasIndex(w => w.Name).IsUnique();
        });
        model.Entity<Change>(change =>
        {
            change.HasKey(c => new { c.Kind, c.EntityId });
            change.HasIndex(c => c.Sequence);
        });
        model.Entity<ChangeCounter>(counter =>
        {
            counter.Property(c => c.Id).ValueGeneratedNever();
            counter.HasData(new ChangeCounter { Id = 1, Value = 0 });
        });
    }
}
