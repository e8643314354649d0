using MalariaLab.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace MalariaLab.Migrations.Sqlite;

/// <summary>Lets <c>dotnet ef migrations add NAME --project migrations/MalariaLab.Migrations.Sqlite</c> build the model without a running lab.</summary>
public sealed class DesignTimeFactory : IDesignTimeDbContextFactory<LabDbContext>
{
    /// <inheritdoc/>
    public LabDbContext CreateDbContext(string[] args) =>
        LabDataServices.CreateForDesign(LabDatabase.Sqlite);
}
