using System.Linq.Expressions;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MalariaLab.Data.Configuration;

internal static class ModelExtensions
{
    /// <summary>The row was made by a person; it stays when the account goes.</summary>
    public static void MadeBy<T>(this EntityTypeBuilder<T> entity, Expression<Func<T, object?>> user) where T : class =>
        entity.HasOne<LabUser>().WithMany().HasForeignKey(user).OnDelete(DeleteBehavior.SetNull);
}
