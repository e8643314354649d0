using System.Net.Http.Headers;
using System.Security.Cryptography;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Core.Serialization;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Exports;

/// <summary>A lab with a finished, a failed and a queued run, a signed-in browser and a client with a token.</summary>
public sealed class ExportLab : IAsyncLifetime
{
    // Test and validation images; the first names would run as formulas in a spreadsheet.
    internal static readonly string[] Names = ["=HYPERLINK(0)", "+1.png", "-1.png", "@a.png", "\tb.png", "c,\"d\".png", "细胞.png"];
    internal static readonly float[] Scores = [0.9f, 0.1f, 0.25f, 0.75f, 1, 0, 0.5f, 0.5f, 0.125f, 0.875f];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public LabFactory Lab { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public HttpClient Browser { get; private set; } = null!;

    public long Finished { get; private set; }

    public long Failed { get; private set; }

    public long Queued { get; private set; }

    public Task<LabDbContext> Db() => Lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync(Cancellation);

    public async ValueTask InitializeAsync()
    {
        Browser = Lab.Browser();
        (await Lab.SetUp(Browser)).Dispose();
        await using var db = await Db();
        var runs = await LabSeed.FillAsync(db, 6, DateTimeOffset.UtcNow);
        (Finished, Failed, Queued) = (runs[5], runs[3], runs[1]);
        await FillAsync(db);
        var user = await db.Users.SingleAsync(Cancellation);
        Client = Lab.CreateClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await Lab.Services.GetRequiredService<ApiTokens>().CreateAsync(user.Id, "test", null));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Browser.Dispose();
        await Lab.DisposeAsync();
    }

    // Gives the finished run images, scores, a first epoch without validation, and weights.
    private async Task FillAsync(LabDbContext db)
    {
        var run = await db.Runs.Include(r => r.Experiment!.Split!.Version).SingleAsync(r => r.Id == Finished, Cancellation);
        run.Experiment!.Split!.Assignment = [2, 2, 2, 2, 2, 1, 1];
        var version = run.Experiment.DatasetVersionId;
        var pack = new BlobPack { FileName = "seed" };
        db.Add(pack);
        await db.SaveChangesAsync(Cancellation);
        db.Add(new Blob { Sha256 = new string('d', 64), PackId = pack.Id });
        db.AddRange(Names.Select((name, i) => new DatasetImage
        {
            VersionId = version,
            Ordinal = i,
            Path = name,
            Sha256 = new string('d', 64),
            Label = i % 2,
            Group = i < 4 ? $"P{i}" : null,
            Width = 9,
            Height = 9,
            Channels = 3,
        }));
        var predictions = new Predictions { Labels = ["Parasitized", "Uninfected"], Truth = [0, 1, 0, 1, 0], Probabilities = Scores };
        var set = await db.PredictionSets.SingleAsync(s => s.RunId == Finished, Cancellation);
        (set.Count, set.Blob) = (predictions.Count, PredictionBlob.Write(predictions));
        var first = await db.Epochs.SingleAsync(e => e.RunId == Finished && e.Epoch == 1, Cancellation);
        (first.ValLoss, first.ValAccuracy) = (null, null);

        var spec = SpecJson.Read(run.Experiment.SpecJson);
        spec = spec with { Architecture = LeNet.Figure.Defaults with { Size = 32 } };
        run.Experiment.SpecJson = SpecJson.Write(spec);
        var file = await WriteWeights(ArchitectureCatalogue.Build(spec.Architecture, 2));
        db.Artifacts.Add(new Artifact
        {
            RunId = Finished,
            Kind = ArtifactKind.Weights,
            FileName = Path.GetFileName(file),
            Bytes = new FileInfo(file).Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, Cancellation))),
        });
        await db.SaveChangesAsync(Cancellation);
    }

    private async Task<string> WriteWeights(NetworkGraph graph)
    {
        var entries = new List<SafetensorsEntry>();
        var end = 0L;
        foreach (var layer in graph.Layers)
        {
            var bias = layer.Shape.Channels;
            if (layer.Parameters == 0) continue;
            Add($"{layer.Name}.weight", layer.Parameters - bias);
            Add($"{layer.Name}.bias", bias);
        }
        var folder = Directory.CreateDirectory(Lab.Services.GetRequiredService<LabPaths>().Run(Finished));
        var path = Path.Combine(folder.FullName, "weights.safetensors");
        await File.WriteAllBytesAsync(path, [.. SafetensorsHeader.Write(entries, new Dictionary<string, string>()), .. new byte[end]], Cancellation);
        return path;

        void Add(string name, long count)
        {
            entries.Add(new(name, ElementType.Float32, [count], end, count * sizeof(float)));
            end += count * sizeof(float);
        }
    }
}
