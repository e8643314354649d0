using System.Globalization;
using System.Text.Json.Nodes;
using MalariaLab.Imaging.Samples;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>The command line and a worker on the generated cells, from the import to the purge; what it does with labels and versions is tested with the pages.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("malarialab-cli-").FullName;

    public void Dispose() => TemporaryFolder.Delete(folder);

    [Fact]
    public async Task CommandLine_WholeFlow_VerbsAnswer()
    {
        await using var process = await LabProcess.Start();
        var lab = new CommandLine(process);
        await Dataset(lab);
        await Splits(lab);
        await Runs(lab);
        await TakesAway(lab);
        await Scores(lab);
        await Shares(lab);
        await Leaves(lab);
    }

    private static async Task Dataset(CommandLine lab)
    {
        Assert.Equal("Ready", (string?)(await lab.Json("dataset", "import", "sample", "--name", "cells", "--wait"))["status"]);
        Assert.Equal(["cells"], (await lab.Json("dataset", "list")).AsArray().Select(row => (string?)row!["name"]));
        Assert.Equal(40, (int?)(await lab.Json("dataset", "show", "cells"))["groups"]);
        Assert.Equal("Uninfected", (string?)(await lab.Json("dataset", "positive", "cells", "Uninfected"))["positiveClass"]);
        await lab.Run("dataset", "positive", "cells", "Parasitized");
        Assert.Contains("nih", await lab.Run("dataset", "official"), StringComparison.Ordinal);
        foreach (var insight in new[] { "statistics", "duplicates", "audit" }) await lab.Eventually("dataset", insight, "cells");
        Assert.Contains("no dataset", await lab.Refused("dataset", "show", "nothing"), StringComparison.Ordinal);
        Assert.Contains("name", await lab.Refused("dataset", "import", "sample", "--name", "cells"), StringComparison.Ordinal);
    }

    private static async Task Splits(CommandLine lab)
    {
        var split = await lab.Json("split", "create", "cells", "--name", "patients");
        Assert.Equal((600, 0), (new[] { "train", "validation", "test" }.Sum(part => (int)split[part]!), (int)split["leakedGroups"]!));
        Assert.Equal(3, (await lab.Json("split", "folds", "cells", "--folds", "3", "--name", "folds")).AsArray().Count);
        Assert.Contains("sum to 100", await lab.Refused("split", "create", "cells", "--name", "x", "--ratios", "60/10/40"), StringComparison.Ordinal);
        Assert.Contains("it takes a whole number.", await lab.Refused("split", "create", "cells", "--name", "x", "--seed", "soon"), StringComparison.Ordinal);
    }

    private static async Task Runs(CommandLine lab)
    {
        var run = await lab.Json("run", "lenet", "--dataset", "cells", "--split", "patients", "--epochs", "1", "--name", "first", "--wait");
        Assert.Equal(("Succeeded", 1), ((string?)run["status"], run["epochs"]!.AsArray().Count));
        var folds = await lab.Json(
            "run", "lenet", "--dataset", "cells", "--split", "folds, fold 1", "--folds",
            "--epochs", "1", "--name", "fold", "--set", "optimizer.momentum=0.9");
        Assert.Contains(folds["warnings"]!.AsArray(), warning => (string?)warning == "optimizer.momentum=0.9 has no effect beside the other settings: it counts as 0.");
        Assert.Equal(3, folds["runs"]!.AsArray().Count);
        // It may have begun by now, and then ends when its worker looks.
        await lab.Run("run", "lenet", "--dataset", "cells", "--split", "patients", "--epochs", "10000", "--name", "waiting");
        await lab.Run("cancel", "waiting");
        Assert.Equal("waiting", (string?)Assert.Single(await Rows("canceled", 1))!["name"]);
        Assert.Contains("only a failed or canceled run", await lab.Refused("resume", "first"), StringComparison.Ordinal);
        Assert.Equal("Queued", (string?)(await lab.Json("resume", "waiting"))["status"]);
        await lab.Run("cancel", "waiting");
        await Rows("canceled", 1);
        await Rows("succeeded", 4);
        Assert.Equal(3, (int?)(await lab.Json("runs", "group", Id(folds["group"])))["runs"]?.AsArray().Count);
        Assert.Single((await lab.Json("workers")).AsArray());
        var refused = await lab.Refused("run", "lenet", "--dataset", "cells", "--split", "patients", "--set", "optimizer.learningRate=-1");
        Assert.Contains("optimizer.learningRate", refused, StringComparison.Ordinal);
        Assert.Contains("no recipe", await lab.Refused("run", "nothing", "--dataset", "cells", "--split", "patients"), StringComparison.Ordinal);

        async Task<JsonArray> Rows(string status, int count)
        {
            JsonArray rows = [];
            await Patience.UntilAsync(
                async () => (rows = (await lab.Json("runs", "--status", status)).AsArray()).Count == count,
                $"There never were {count} {status} runs.",
                TestContext.Current.CancellationToken);
            return rows;
        }
    }

    private async Task TakesAway(CommandLine lab)
    {
        Assert.NotNull((await lab.Json("results", "first"))["test"]?["accuracy"]);
        Assert.NotEmpty((await lab.Json("export", "first")).AsArray());
        string At(string name) => Path.Combine(folder, name);
        await lab.Run("predictions", "first", "--csv", At("scores.csv"));
        await lab.Run("export", "first", "--format", "history.csv", "--out", At("history.csv"));
        await lab.Run("export", "first", "--format", "weights.safetensors", "--out", At("own.safetensors"));
        await lab.Run("report", "first", "--html", At("report.html"));
        Assert.Equal(1 + 180, (await File.ReadAllLinesAsync(At("scores.csv"))).Length);
        Assert.Equal(2, (await File.ReadAllLinesAsync(At("history.csv"))).Length);
        Assert.Contains("esearch use only", await File.ReadAllTextAsync(At("report.html")), StringComparison.Ordinal);
        await lab.Run("weights", "import", At("own.safetensors"), "--name", "own", "--wait");
        Assert.Equal(["own"], (await lab.Json("weights", "list")).AsArray().Select(row => (string?)row!["name"]));
        await File.WriteAllTextAsync(At("broken.pth"), "no tensors");
        Assert.Contains("broken.pth", await lab.Refused("weights", "import", At("broken.pth"), "--wait"), StringComparison.Ordinal);
    }

    private async Task Scores(CommandLine lab)
    {
        var cells = Path.Combine(folder, "cells");
        await SampleCells.WriteFolderAsync(cells, SampleCells.Plan(seed: 7, cells: 40, patients: 8), TestContext.Current.CancellationToken);
        var images = Directory.GetFiles(cells, "*.png", SearchOption.AllDirectories);
        var predicted = (await lab.Json("predict", "first", images[0], "--explain", Path.Combine(folder, "maps")))["images"]!.AsArray()[0]!;
        Assert.Equal(Path.GetFileName(images[0]), (string?)predicted["name"]);
        Assert.Equal(Path.GetFileName(images[0]), Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(folder, "maps"))))["001-".Length..]);
        await lab.Run("dataset", "import", cells, "--name", "others", "--wait");
        Assert.Equal(images.Length, (int?)(await lab.Json("evaluate", "first", "--dataset", "others", "--wait"))["test"]?["n"]);
        await lab.Run("predictions", "first", "--dataset", "others", "--csv", Path.Combine(folder, "others.csv"));
        Assert.Equal(images.Length + 1, (await File.ReadAllLinesAsync(Path.Combine(folder, "others.csv"), TestContext.Current.CancellationToken)).Length);
    }

    private static async Task Shares(CommandLine lab)
    {
        var link = new Uri((string)(await lab.Json("share", "first", "--expires", "1d"))["url"]!);
        using var http = new HttpClient();
        Assert.Contains("first", await http.GetStringAsync(link, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var listed = (await lab.Json("share", "list")).AsArray();
        await lab.Run("share", "revoke", Id(Assert.Single(listed)!["share"]));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync(link, TestContext.Current.CancellationToken)).StatusCode);
    }

    private static async Task Leaves(CommandLine lab)
    {
        await lab.Run("dataset", "trash", "others");
        var trashed = Assert.Single((await lab.Json("dataset", "trashed")).AsArray())!;
        await lab.Run("dataset", "restore", Id(trashed["dataset"]));
        await lab.Run("dataset", "trash", "others");
        Assert.True((long?)(await lab.Json("dataset", "purge", Id(trashed["dataset"])))["freedBytes"] > 0);
        Assert.Equal(["cells"], (await lab.Json("dataset", "list")).AsArray().Select(row => (string?)row!["name"]));
        await lab.Run("weights", "delete", Id((await lab.Json("weights", "list"))[0]!["weights"]));
    }

    private static string Id(JsonNode? id) => ((long)id!).ToString(CultureInfo.InvariantCulture);
}
