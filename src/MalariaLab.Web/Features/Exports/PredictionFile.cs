using System.Text.Json;
using CsvHelper;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Entities;

namespace MalariaLab.Web.Features.Exports;

/// <summary>What a run said about each image of a part of its split or of another dataset, as a file.</summary>
/// <param name="Run">The run.</param>
/// <param name="Version">The images' version with its dataset.</param>
/// <param name="Set">The stored scores.</param>
/// <param name="Images">The scored images, in the order of the scores.</param>
/// <param name="Predictions">The scores.</param>
internal sealed record PredictionFile(Run Run, DatasetVersion Version, PredictionSet Set, IReadOnlyList<DatasetImage> Images, Predictions Predictions)
{
    private int? Positive => PositiveClass.Of(Version.ClassNames, Version.PositiveClass);

    public async Task WriteCsv(Stream stream)
    {
        var predicted = Predictions.Predicted(Positive);
        // A cell that a spreadsheet would run as a formula is escaped: file names come from outside.
        await using var csv = CsvWriter.Create(stream, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
        await csv.WriteRecordAsync(["image", "group", "label", "predicted", .. Version.ClassNames.Select(name => "p_" + name)]);
        for (var i = 0; i < Images.Count; i++)
        {
            csv.WriteField(Images[i].Path);
            csv.WriteField(Images[i].Group);
            csv.WriteField(Version.ClassNames[Images[i].Label]);
            csv.WriteField(Version.ClassNames[predicted[i]]);
            for (var k = 0; k < Predictions.Classes; k++) csv.WriteField(Probability(i, k));
            await csv.EndRecordAsync();
        }
        await csv.FlushAsync();
    }

    public async Task WriteJson(Stream stream)
    {
        const int FlushEvery = 500;
        var predicted = Predictions.Predicted(Positive);
        await using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("run", Run.Id);
        json.WriteString("name", Run.Name);
        json.WriteString("dataset", Version.Dataset!.Name);
        json.WriteString("part", Set.Scope);
        json.WriteString("set_hash", Set.SetHash);
        json.WriteStartArray("classes");
        foreach (var name in Version.ClassNames) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteString("positive_class", Positive is { } positive ? Version.ClassNames[positive] : null);
        json.WriteStartArray("images");
        for (var i = 0; i < Images.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("image", Images[i].Path);
            json.WriteString("group", Images[i].Group);
            json.WriteString("label", Version.ClassNames[Images[i].Label]);
            json.WriteString("predicted", Version.ClassNames[predicted[i]]);
            json.WriteStartArray("probabilities");
            for (var k = 0; k < Predictions.Classes; k++) json.WriteNumberValue(Probability(i, k));
            json.WriteEndArray();
            json.WriteEndObject();
            if (i % FlushEvery == 0) await json.FlushAsync();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private float Probability(int image, int k) => Predictions.Probabilities[(image * Predictions.Classes) + k];
}
