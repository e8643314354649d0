using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace MalariaLab.Web;

/// <summary>Every address of the lab is made here, so that a link and the page that it opens cannot drift apart.</summary>
public static class LabUrls
{
    /// <summary>What runs now.</summary>
    public const string Home = "/";

    /// <summary>List of datasets.</summary>
    public const string Datasets = "/datasets";

    /// <summary>Import wizard.</summary>
    public const string ImportDataset = "/datasets/import";

    /// <summary>Receives the zip of an import.</summary>
    public const string Upload = "/datasets/upload";

    /// <summary>The weights library.</summary>
    public const string Weights = "/weights";

    /// <summary>Receives a weights file.</summary>
    public const string WeightsUpload = "/weights/upload";

    /// <summary>The queue.</summary>
    public const string Queue = "/queue";

    /// <summary>Table of runs.</summary>
    public const string Runs = "/runs";

    /// <summary>People, tokens, workers, storage.</summary>
    public const string Admin = "/admin";

    /// <summary>The visitor's own account and API tokens.</summary>
    public const string Account = "/account";

    /// <summary>Sign-in form.</summary>
    public const string SignInPath = "/sign-in";

    /// <summary>Receives the sign-out form.</summary>
    public const string SignOut = "/sign-out";

    /// <summary>Creation of the first administrator.</summary>
    public const string SetUp = "/setup";

    /// <summary>Shown for addresses that lead nowhere.</summary>
    public const string NotFound = "/not-found";

    /// <summary>Told to a signed-in person whose role does not open a page.</summary>
    public const string NotAllowed = "/not-allowed";

    /// <summary>Answers when the web process is up.</summary>
    public const string Health = "/health";

    /// <summary>Root of the REST interface.</summary>
    public const string Api = "/api/v1";

    /// <summary>One dataset, optionally an older version or one of its tabs.</summary>
    public static string Dataset(long id, int? version = null, string? tab = null) => With($"/datasets/{Text(id)}", ("version", Text(version)), ("tab", tab));

    /// <summary>What differs between two versions of a dataset, by their numbers.</summary>
    public static string VersionDiff(long id, int from, int to) => With($"/datasets/{Text(id)}/changes", ("from", Text(from)), ("to", Text(to)));

    /// <summary>The files that the import of a version did not take, as CSV.</summary>
    public static string Refusals(long versionId) => $"/datasets/versions/{Text(versionId)}/refusals.csv";

    /// <summary>Images of a dataset version as JSON, a page at a time.</summary>
    public static string Images(long versionId) => $"/images/{Text(versionId)}";

    /// <summary>Thumbnail of an image of a dataset version, by its place in the manifest.</summary>
    public static string Thumbnail(long versionId, int ordinal, int size) => With($"/images/{Text(versionId)}/{Text(ordinal)}/thumbnail", ("size", Text(size)));

    /// <summary>An image as it was imported, re-encoded for browsers.</summary>
    public static string Image(long versionId, int ordinal) => $"/images/{Text(versionId)}/{Text(ordinal)}";

    /// <summary>Experiment form: empty, from a recipe, on a dataset, or as a changed copy of a run.</summary>
    /// <param name="recipe">Key of the recipe.</param>
    /// <param name="dataset">A dataset that is chosen already.</param>
    /// <param name="from">The run to copy.</param>
    /// <param name="split">A split of the dataset that is chosen already.</param>
    /// <param name="start">The run whose network and weights are the start of a training on other images.</param>
    public static string NewExperiment(string? recipe = null, long? dataset = null, long? from = null, long? split = null, long? start = null) =>
        With("/experiments/new", ("recipe", recipe), ("dataset", Text(dataset)), ("split", Text(split)), ("from", Text(from)), ("start", Text(start)));

    /// <summary>One run, optionally on one of its tabs.</summary>
    public static string Run(long id, string? tab = null) => With($"/runs/{Text(id)}", ("tab", tab));

    /// <summary>A run's whole log as a file.</summary>
    public static string RunLog(long id) => $"/runs/{Text(id)}/log";

    /// <summary>A file that a run is taken away as, see <see cref="Features.Exports.RunExports.Formats"/>.</summary>
    /// <param name="run">Row id of the run.</param>
    /// <param name="format">Name of the format.</param>
    /// <param name="version">Row id of another dataset's version, for predictions on it.</param>
    public static string Export(long run, string format, long? version = null) =>
        With($"/runs/{Text(run)}/exports/{Uri.EscapeDataString(format)}", ("version", Text(version)));

    /// <summary>Runs that were queued as one group: seeds or folds.</summary>
    public static string RunGroup(long id) => $"/groups/{Text(id)}";

    /// <summary>Comparison of runs.</summary>
    public static string Compare(params IEnumerable<long> ids) => With("/compare", ("runs", string.Join(',', ids.Select(id => Text(id)))));

    /// <summary>Runs of a filter as plots over fields and figures.</summary>
    public static string RunPlots(string? filter = null, Features.Plots.PlotChoice? choice = null) =>
        With("/runs/plots", ("q", filter), ("x", choice?.X), ("y", choice?.Y), ("axes", string.Join(',', choice?.Axes ?? [])));

    /// <summary>Prediction with a run's model.</summary>
    public static string Predict(long? run = null) => With("/predict", ("run", Text(run)));

    /// <summary>Sign-in that goes on to a page of the lab.</summary>
    public static string SignIn(string? returnUrl = null) => With(SignInPath, ("returnUrl", returnUrl));

    /// <summary>Page where an invited person makes the account.</summary>
    public static string Invitation(string token) => $"/join/{Uri.EscapeDataString(token)}";

    /// <summary>Read-only page behind a share link.</summary>
    public static string Share(string token) => $"/s/{Uri.EscapeDataString(token)}";

    /// <summary>An image of a shared run, by its number on the page behind the link.</summary>
    public static string ShareImage(string token, int number) => $"{Share(token)}/images/{Text(number)}";

    /// <summary>A run's evidence report: one HTML file that stands alone.</summary>
    public static string Report(long runId) => $"/runs/{Text(runId)}/report";

    /// <summary>Adds those values that are there to the query.</summary>
    public static string With(string path, params IEnumerable<(string Key, string? Value)> query) =>
        QueryHelpers.AddQueryString(path, query.Where(q => !string.IsNullOrEmpty(q.Value)).Select(q => KeyValuePair.Create(q.Key, q.Value)));

    /// <summary>A path within the lab, or home: what a visitor brings as return address may not lead elsewhere.</summary>
    public static string Local(string? url) =>
        url is ['/', ..] && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal) && !url.Any(char.IsControl) ? url : Home;

    private static string? Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);
}
