using System.Security.Claims;
using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Weights;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace MalariaLab.Web.Api;

/// <summary><c>/weights</c>: the weights library.</summary>
public static class WeightsEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapWeights(this IEndpointRouteBuilder api)
    {
        api.MapGet("/weights", List).WithSummary("Imported weights, newest first.");
        api.MapPost("/weights", Import).WithMetadata(new RequestSizeLimitAttribute(WeightsLibrary.LargestFile))
            .WithSummary("Uploads a safetensors, torchvision .pth or Keras .h5 file (multipart: name, source, licence, file) and queues its import.");
        api.MapDelete("/weights/{weights:long}", Delete).WithSummary("Removes a file from the library.");
        api.MapGet("/weights/official", () => OfficialWeights.All.Select(w =>
                new OfficialItem(w.Key, w.Title, w.Architecture, w.Address.ToString(), w.Checksum.ToString(), w.Licence)))
            .WithSummary("Weights that the lab can fetch from their publishers.");
        api.MapPost("/weights/official/{key}", Download).WithSummary("Queues the fetching of official weights.");
        api.MapGet("/weights/imports/{task:long}", Show).WithSummary("How far an import is.");
    }

    /// <summary>The import behind an uploaded form.</summary>
    /// <exception cref="ExplainedException">The form has no file.</exception>
    internal static WeightsImport Of(ImportForm form)
    {
        if (form.UploadedPath is null) throw new ExplainedException("The request has no file: send the weights as the field \"file\".");
        return new()
        {
            Name = form.Name.Length > 0 ? form.Name : form.OriginalName,
            StoredName = Path.GetFileName(form.UploadedPath),
            Source = form.Source,
            Licence = form.Licence,
        };
    }

    private static async Task<IReadOnlyList<WeightsItem>> List(WeightsLibrary library, CancellationToken ct) => [.. (await library.ListAsync(ct)).Select(Item)];

    private static async Task<IResult> Import(HttpRequest request, ClaimsPrincipal user, LabPaths paths, WeightsLibrary library, LabTasks tasks, CancellationToken ct)
    {
        var form = await ImportForm.Read(request, paths, ct);
        return await Accepted(await form.HandOverAsync(() => library.ImportAsync(Of(form), user.Actor(), ct)), library, tasks, ct);
    }

    private static async Task<IResult> Download(string key, ClaimsPrincipal user, WeightsLibrary library, LabTasks tasks, CancellationToken ct) =>
        await Accepted(await library.DownloadAsync(key, user.Actor(), ct), library, tasks, ct);

    private static async Task Delete(long weights, ClaimsPrincipal user, WeightsLibrary library, CancellationToken ct) => await library.DeleteAsync(weights, user.Actor(), ct);

    private static Task<WeightsImportState> Show(long task, WeightsLibrary library, LabTasks tasks, CancellationToken ct) => State(task, library, tasks, ct);

    private static async Task<IResult> Accepted(long task, WeightsLibrary library, LabTasks tasks, CancellationToken ct) =>
        Results.Accepted($"{LabUrls.Api}/weights/imports/{task}", await State(task, library, tasks, ct));

    private static async Task<WeightsImportState> State(long id, WeightsLibrary library, LabTasks tasks, CancellationToken ct)
    {
        var task = await tasks.FindAsync(id, ct);
        if (task is not { Kind: JobKind.WeightsImport }) throw new NotFoundException($"There is no import of weights {id}.");
        var result = task.ResultJson is null ? null : JsonSerializer.Deserialize<ImportedWeights>(task.ResultJson, SpecJson.Options);
        var file = result is null ? null : (await library.ListAsync(ct)).FirstOrDefault(f => f.Id == result.Weights);
        return new(id, task.Status.ToString(), task.Stage, task.Progress, task.Reason.Length == 0 ? null : task.Reason, file is null ? null : Item(file));
    }

    private static WeightsItem Item(WeightsFile file)
    {
        using var tensors = JsonDocument.Parse(file.TensorsJson);
        return new(file.Id, file.Name, file.Sha256, file.Architecture, file.Format, file.Source, file.Licence, file.Bytes, tensors.RootElement.GetArrayLength(), file.CreatedAt);
    }
}

/// <summary>A file of the weights library.</summary>
/// <param name="Weights">Row id.</param>
/// <param name="Name">Name.</param>
/// <param name="Sha256">What a spec's weights.fileSha256 takes.</param>
/// <param name="Architecture">The network that it fits.</param>
/// <param name="Format">safetensors, pth or h5.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Licence">Note on the licence.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="ImportedAt">When.</param>
public sealed record WeightsItem(
    long Weights, string Name, string Sha256, string? Architecture, string Format, string Source, string Licence, long Bytes, int Tensors, DateTimeOffset ImportedAt);

/// <summary>Weights that a publisher offers.</summary>
public sealed record OfficialItem(string Key, string Title, string Architecture, string Address, string Checksum, string Licence);

/// <summary>How far an import is.</summary>
/// <param name="Task">Row id of the task.</param>
/// <param name="Status">Queued, Running, Succeeded, Failed, Canceled or Interrupted.</param>
/// <param name="Stage">What it does now.</param>
/// <param name="Progress">Share done, or null.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="File">The file, once it is in the library.</param>
public sealed record WeightsImportState(long Task, string Status, string Stage, double? Progress, string? Reason, WeightsItem? File);
