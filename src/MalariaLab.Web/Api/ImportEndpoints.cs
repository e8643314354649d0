using System.Globalization;
using System.Security.Claims;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Hosting;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Api;

/// <summary><c>/imports</c>: bring images in and watch them being checked.</summary>
public static class ImportEndpoints
{
    private const string Official = "official:";

    /// <summary>Adds the endpoints.</summary>
    public static void MapImports(this IEndpointRouteBuilder api)
    {
        // The size is the disk's business: the file goes there in constant memory.
        api.MapPost("/imports", Start).WithMetadata(new DisableRequestSizeLimitAttribute())
            .WithSummary("Uploads a zip of class folders (multipart: name, group, file) and queues its import; "
                + "with \"into\" the images are added to a dataset as its next version.");
        api.MapGet("/imports/official", (IOptions<LabSettings> settings) => settings.Value.Downloads.Select(d => new { d.Key, d.Title, d.Note, url = d.Url, d.Sha256, d.Bytes }))
            .WithSummary("Published datasets that the lab can fetch; import one with source \"official:KEY\".");
        api.MapGet("/imports/{import:long}", Show).WithSummary("How far an import is, and its verdict.");
    }

    private static async Task<IResult> Start(
        HttpRequest request,
        ClaimsPrincipal user,
        LabPaths paths,
        DatasetCommands datasets,
        IDbContextFactory<LabDbContext> factory,
        IOptions<LabSettings> settings,
        CancellationToken ct)
    {
        var form = await ImportForm.Read(request, paths, ct);
        var started = await form.HandOverAsync(async () =>
        {
            await using var db = await factory.CreateDbContextAsync(ct);
            return await datasets.StartImportAsync(Import(form, settings.Value.Downloads, form.Into.Length > 0 ? (await db.Version(form.Into, ct)).Id : null), user.Actor(), ct);
        });
        return Results.Accepted($"{LabUrls.Api}/imports/{started.ImportId}", await State(started.ImportId, factory, ct));
    }

    /// <summary>The request that a form means.</summary>
    /// <exception cref="FormatException">Its group rule cannot be read.</exception>
    internal static NewImport Import(ImportForm form, IReadOnlyList<OfferedDownload> downloads, long? version = null)
    {
        version ??= long.TryParse(form.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        if (version is { } parent)
        {
            if (form.UploadedPath is null) throw new ExplainedException("The request has no file: send a zip of class folders as the field \"file\".");
            return new()
            {
                Source = ImportSource.Derived,
                OriginalName = form.OriginalName,
                StoredName = Path.GetFileName(form.UploadedPath),
                Bytes = form.Bytes,
                Options = new() { GroupMapCsv = form.GroupMapCsv, Changes = new() { ParentVersionId = parent, Reason = form.Reason, CarrySplits = form.CarrySplits } },
            };
        }
        var options = new ImportOptions { GroupRule = form.Group, GroupMapCsv = form.GroupMapCsv };
        // Parsed here, so that a wrong rule is refused before anything is queued.
        _ = options.ToGroupRule();
        if (form.Source == "sample")
        {
            var grouped = options with { GroupRule = form.Group == "none" ? "nih" : form.Group };
            return new() { Name = form.Name, Source = ImportSource.Sample, OriginalName = "sample cells", Options = grouped };
        }
        if (form.Source == "inbox")
            return new() { Name = form.Name, Source = ImportSource.Inbox, OriginalName = form.Inbox, StoredName = form.Inbox, Options = options };
        if (form.Source.StartsWith(Official, StringComparison.Ordinal))
        {
            var key = form.Source[Official.Length..];
            var offered = downloads.FirstOrDefault(d => d.Key == key)
                ?? throw new ExplainedException(downloads.Count == 0
                    ? "This lab's settings offer no download."
                    : $"There is no download \"{key}\". There are {string.Join(", ", downloads.Select(d => d.Key))}.");
            return offered.Import(form.Name);
        }
        if (form.UploadedPath is null) throw new ExplainedException("The request has no file: send a zip of class folders as the field \"file\".");
        return new()
        {
            Name = form.Name,
            Source = ImportSource.Upload,
            OriginalName = form.OriginalName,
            StoredName = Path.GetFileName(form.UploadedPath),
            Bytes = form.Bytes,
            Options = options,
        };
    }

    private static async Task<ImportState> Show(long import, IDbContextFactory<LabDbContext> factory, CancellationToken ct) => await State(import, factory, ct);

    private static async Task<ImportState> State(long importId, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var import = await db.Imports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == importId, ct) ?? throw new NotFoundException($"There is no import {importId}.");
        var version = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).SingleAsync(v => v.Id == import.VersionId, ct);
        var task = await db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Id == import.TaskId, ct);
        var stopped = task?.Status is LabTaskStatus.Failed or LabTaskStatus.Canceled;
        return new ImportState
        {
            Import = import.Id,
            Dataset = version.Dataset!.Name,
            Status = stopped ? task!.Status.ToString() : version.Status.ToString(),
            Stage = task?.Stage ?? "",
            Progress = task?.Progress,
            Verdict = stopped ? task!.Reason : version.Verdict,
            Images = version.ImageCount,
            Refused = version.RefusalCount,
        };
    }
}
