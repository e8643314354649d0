using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Runs;

/// <summary>Named views of the runs table: a person's own and those that others share.</summary>
public sealed class SavedViews(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    private const int LongestName = 100;

    /// <summary>The views that a person sees, by name.</summary>
    public async Task<IReadOnlyList<SavedView>> ListAsync(long userId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.SavedViews.AsNoTracking().Where(v => v.UserId == userId || v.Shared).OrderBy(v => v.Name).ThenBy(v => v.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Keeps a view; one of the person's own with the same name is replaced.</summary>
    /// <exception cref="ExplainedException">The name is empty or too long.</exception>
    public async Task SaveAsync(long userId, string name, RunsView view, bool shared, CancellationToken cancellationToken = default)
    {
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > LongestName) throw new ExplainedException($"A view needs a name of 1 to {LongestName} characters.");
        var query = new Uri(new Uri("http://lab"), (view with { Page = 0 }).Url).Query;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.SavedViews.SingleOrDefaultAsync(v => v.UserId == userId && v.Name == trimmed, cancellationToken) is { } known) (known.Query, known.Shared) = (query, shared);
        else db.SavedViews.Add(new SavedView { UserId = userId, Name = trimmed, Query = query, Shared = shared, CreatedAt = time.GetUtcNow() });
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Forgets a view of the person's own; nothing happens to those of others.</summary>
    public async Task DeleteAsync(long userId, long viewId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.SavedViews.Where(v => v.Id == viewId && v.UserId == userId).ExecuteDeleteAsync(cancellationToken);
    }
}
