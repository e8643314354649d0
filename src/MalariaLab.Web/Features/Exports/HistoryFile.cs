using System.Text.Json;
using CsvHelper;
using MalariaLab.Core.Exports;
using MalariaLab.Data.Entities;

namespace MalariaLab.Web.Features.Exports;

/// <summary>A run's epochs as a file. What is undefined is an empty cell or null.</summary>
internal static class HistoryFile
{
    private static readonly (string Name, Func<EpochRow, double?> Value)[] Columns =
    [
        ("train_loss", e => e.TrainLoss), ("train_accuracy", e => e.TrainAccuracy), ("val_loss", e => e.ValLoss), ("val_accuracy", e => e.ValAccuracy),
        ("learning_rate", e => e.LearningRate), ("seconds", e => e.Seconds), ("images_per_second", e => e.ImagesPerSecond),
    ];

    public static async Task WriteCsv(Stream stream, IReadOnlyList<EpochRow> epochs)
    {
        await using var csv = CsvWriter.Create(stream, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
        await csv.WriteRecordAsync(["epoch", .. Columns.Select(c => c.Name), "finished_at"]);
        foreach (var epoch in epochs)
        {
            csv.WriteField(epoch.Epoch);
            foreach (var (_, value) in Columns) csv.WriteField(Finite(value(epoch)));
            csv.WriteField(epoch.At.UtcDateTime.ToString("O"));
            await csv.EndRecordAsync();
        }
        await csv.FlushAsync();
    }

    public static async Task WriteJson(Stream stream, Run run, IReadOnlyList<EpochRow> epochs)
    {
        await using var json = new Utf8JsonWriter(stream, new() { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("run", run.Id);
        json.WriteString("name", run.Name);
        json.WriteStartArray("epochs");
        foreach (var epoch in epochs)
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch.Epoch);
            foreach (var (name, value) in Columns)
                if (Finite(value(epoch)) is { } number) json.WriteNumber(name, number);
                else json.WriteNull(name);
            json.WriteString("finished_at", epoch.At.UtcDateTime);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static Task WriteEvents(Stream stream, IReadOnlyList<EpochRow> epochs, CancellationToken ct) =>
        TensorBoardEvents.WriteAsync(stream, epochs[0].At.AddSeconds(-(Finite(epochs[0].Seconds) ?? 0)), epochs.Select(e => (e.At, e.ToRecord())), ct);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
