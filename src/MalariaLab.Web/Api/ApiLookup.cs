using System.Globalization;
using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>What a person names in an address, by row id or by name, found or explained.</summary>
public static class ApiLookup
{
    /// <summary>The newest version of a dataset.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    public static async Task<DatasetVersion> Version(this LabDbContext db, string dataset, CancellationToken ct)
    {
        var id = Id(dataset);
        var versions = db.DatasetVersions.Include(v => v.Dataset).Where(v => v.Dataset!.TrashedAt == null);
        return await Newest(versions.Where(v => v.Dataset!.Name == dataset), ct)
            ?? (id is null ? null : await Newest(versions.Where(v => v.DatasetId == id), ct))
            ?? throw new NotFoundException($"There is no dataset \"{dataset}\". List them with: dataset list.");
    }

    /// <summary>A split of a version.</summary>
    /// <exception cref="NotFoundException">The version has none of that name.</exception>
    public static async Task<Split> Split(this LabDbContext db, DatasetVersion version, string split, CancellationToken ct)
    {
        var id = Id(split);
        var splits = db.Splits.Where(s => s.VersionId == version.Id);
        if (await splits.FirstOrDefaultAsync(s => s.Name == split, ct) is { } named) return named;
        if (id is not null && await splits.FirstOrDefaultAsync(s => s.Id == id, ct) is { } numbered) return numbered;
        var names = await splits.Select(s => s.Name).ToListAsync(ct);
        var known = names.Count == 0 ? "It has none yet; make one with: split create." : $"It has: {string.Join(", ", names)}.";
        throw new NotFoundException($"{version.Dataset!.Name} has no split \"{split}\". {known}");
    }

    /// <summary>A run with its spec, dataset and split; of several with one name the newest.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static async Task<Run> Run(this LabDbContext db, string run, CancellationToken ct)
    {
        var id = Id(run);
        var runs = db.Runs.AsNoTracking()
            .Include(r => r.Experiment!.DatasetVersion!.Dataset)
            .Include(r => r.Experiment!.Split)
            .Where(r => r.TrashedAt == null);
        return (id is null ? null : await runs.FirstOrDefaultAsync(r => r.Id == id, ct))
            ?? await runs.Where(r => r.Name == run).OrderByDescending(r => r.Id).FirstOrDefaultAsync(ct)
            ?? throw new NotFoundException($"There is no run \"{run}\". List them with: runs.");
    }

    /// <summary>A word of an address as a value, in any case; binding would refuse another case, and without a sentence.</summary>
    /// <exception cref="FormatException">It is none of the known words.</exception>
    public static T? Word<T>(string? text, string name) where T : struct, Enum =>
        text is null ? null
        : Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value
        : throw new FormatException($"{name} is not \"{text}\": use {string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName))}.");

    private static Task<DatasetVersion?> Newest(IQueryable<DatasetVersion> versions, CancellationToken ct) =>
        // A version that is being made, or could not be, does not hide the last one with content.
        versions.OrderByDescending(v => v.ContentHash != "").ThenByDescending(v => v.Number).FirstOrDefaultAsync(ct);

    private static long? Id(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}

/// <summary>Something that was asked for is not there; the message says what and where to look.</summary>
public sealed class NotFoundException(string message) : ExplainedException(message);
