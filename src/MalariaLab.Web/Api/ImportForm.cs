using MalariaLab.Core;
using MalariaLab.Data;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MalariaLab.Web.Api;

/// <summary>An import request as it arrives: fields first, then the file, which goes to disk in constant memory.</summary>
public sealed class ImportForm
{
    private const int FieldLimit = 256, GroupMapLimit = 32 << 20;
    private readonly Dictionary<string, string> fields = [];

    /// <summary>Name of the dataset, or of the weights.</summary>
    public string Name => fields.GetValueOrDefault("name", "").Trim();

    /// <summary>Group rule.</summary>
    public string Group => fields.GetValueOrDefault("group", "none");

    /// <summary><c>sample</c>, <c>inbox</c>, or empty for an upload; for weights, where they come from.</summary>
    public string Source => fields.GetValueOrDefault("source", "");

    /// <summary>For weights: a note on their licence.</summary>
    public string Licence => fields.GetValueOrDefault("licence", "");

    /// <summary>For <c>inbox</c>: the entry's name.</summary>
    public string Inbox => fields.GetValueOrDefault("inbox", "");

    /// <summary>For images that are added: row id of the version that they are added to; empty for a dataset of their own.</summary>
    public string Version => fields.GetValueOrDefault("version", "");

    /// <summary>For images that are added: the dataset by name or id; the newest version is meant.</summary>
    public string Into => fields.GetValueOrDefault("into", "");

    /// <summary>For images that are added: why.</summary>
    public string Reason => fields.GetValueOrDefault("reason", "").Trim();

    /// <summary>For images that are added: whether splits are taken over.</summary>
    public bool CarrySplits => fields.GetValueOrDefault("splits", "carry") != "drop";

    /// <summary>Content of the group map.</summary>
    public string? GroupMapCsv { get; private set; }

    /// <summary>Name of the uploaded file as the person knows it.</summary>
    public string OriginalName { get; private set; } = "";

    /// <summary>Where the uploaded file lies; null without one.</summary>
    public string? UploadedPath { get; private set; }

    /// <summary>Bytes of the uploaded file.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reads the whole request.</summary>
    /// <exception cref="ExplainedException">It is no multipart form, was cut off, or the disk is full; nothing of it is left on disk.</exception>
    public static async Task<ImportForm> Read(HttpRequest request, LabPaths paths, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.Boundary.Length == 0)
            throw new ExplainedException("An import is sent as multipart/form-data, its fields first and then the file.");
        var form = new ImportForm();
        try
        {
            var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, request.Body);
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (section.AsFileSection() is { } file) await form.Take(file, paths, ct);
                else if (section.AsFormDataSection() is { } field) form.fields[field.Name] = await Text(field.Section.Body, field.Name, FieldLimit, ct);
            }
            return form;
        }
        catch (Exception e)
        {
            form.Discard();
            if (e is IOException or InvalidDataException)
            {
                var sentence = e.HResult == DiskFull
                    ? "The disk is full: free some space and upload again. Nothing of the file was kept."
                    : $"The upload was cut off ({e.Message}) Upload the file again.";
                throw new ExplainedException(sentence, e);
            }
            throw;
        }
    }

    /// <summary>Queues what the form asks for. The uploaded file goes when that is refused; once it is queued it belongs to the worker, whatever becomes of the answer.</summary>
    public async Task<T> HandOverAsync<T>(Func<Task<T>> queue)
    {
        try
        {
            return await queue();
        }
        catch
        {
            Discard();
            throw;
        }
    }

    private void Discard()
    {
        if (UploadedPath is not null) File.Delete(UploadedPath);
    }

    // ENOSPC as .NET reports it on Linux.
    private const int DiskFull = 28;

    private async Task Take(FileMultipartSection file, LabPaths paths, CancellationToken ct)
    {
        if (file.Name == "groups")
        {
            GroupMapCsv = await Text(file.FileStream!, "groups", GroupMapLimit, ct);
            return;
        }
        if (UploadedPath is not null) throw new ExplainedException("An import takes one file: put everything into one zip.");
        OriginalName = Path.GetFileName(file.FileName);
        UploadedPath = paths.NewUpload(OriginalName);
        await using var target = new FileStream(UploadedPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        await file.FileStream!.CopyToAsync(target, 1 << 16, ct);
        Bytes = target.Length;
    }

    private static async Task<string> Text(Stream stream, string name, int limit, CancellationToken ct)
    {
        using var reader = new StreamReader(stream);
        var buffer = new char[Math.Min(limit, 1 << 16)];
        var text = new System.Text.StringBuilder();
        for (int read; (read = await reader.ReadAsync(buffer, ct)) > 0;)
        {
            text.Append(buffer, 0, read);
            if (text.Length > limit) throw new ExplainedException($"The field \"{name}\" is longer than {limit} characters.");
        }
        return text.ToString();
    }
}
