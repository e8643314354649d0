using System.Globalization;
using System.Text.Json;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Training;

namespace MalariaLab.Worker.Runs;

/// <summary>Stores what a finished training leaves: scores, the reports computed from them, and the files of its folder.</summary>
internal sealed class RunResultWriter(RunExecution execution, LabPaths paths)
{
    /// <summary>Stores everything; storing it again after a restart replaces it.</summary>
    public async Task WriteAsync(JobContext job, RunInputs inputs, TrainingOutcome outcome, CancellationToken cancellation)
    {
        foreach (var scores in outcome.Scores)
        {
            var isTest = scores.Part == SplitPart.Test;
            var (set, row, report) = Evaluate(
                job.Id, inputs.Version, inputs.Items, scores.Indices, scores.Probabilities, isTest ? PredictionScope.Test : PredictionScope.Validation);
            await execution.SavePredictionsAsync(job.Id, job.Ticket, set, cancellation);
            var summary = isTest
                ? new TestSummary(report.N, report.Accuracy, report.BalancedAccuracy, report.Sensitivity, report.Specificity, report.F1, report.Auc, report.LogLoss)
                : null;
            await execution.SaveEvaluationAsync(job.Id, job.Ticket, row, summary, cancellation);
        }
        await SaveFileAsync(job, ArtifactKind.Weights, outcome.WeightsFile, outcome.WeightsSha256, outcome.WeightsEpoch, cancellation);
        var folder = Path.GetDirectoryName(outcome.WeightsFile)!;
        await SaveNewestAsync(job, ArtifactKind.LastCheckpoint, folder, "tensors-*.safetensors", cancellation);
        await SaveNewestAsync(job, ArtifactKind.BestCheckpoint, folder, "best-*.safetensors", cancellation);
    }

    /// <summary>Scores and report of some images of a version.</summary>
    /// <param name="runId">The run whose network scored them.</param>
    /// <param name="version">The version.</param>
    /// <param name="items">Its manifest.</param>
    /// <param name="indices">Manifest positions of the scored images, ascending.</param>
    /// <param name="probabilities">One row an image, one column a class.</param>
    /// <param name="scope">See <see cref="PredictionScope"/>.</param>
    public static (PredictionSet Set, EvaluationRow Row, EvaluationReport Report) Evaluate(
        long runId, DatasetVersion version, IReadOnlyList<SplitItem> items, IReadOnlyList<int> indices, float[] probabilities, string scope)
    {
        var predictions = new Predictions
        {
            Labels = version.ClassNames,
            Truth = [.. indices.Select(i => items[i].Label)],
            Probabilities = probabilities,
        };
        var positive = PositiveClass.Of(version.ClassNames, version.PositiveClass);
        var report = Evaluator.Evaluate(predictions, positive);
        var hash = ContentHashes.Set(indices.Select(i => items[i]));
        var set = new PredictionSet
        {
            RunId = runId,
            DatasetVersionId = version.Id,
            Scope = scope,
            SetHash = hash,
            Count = predictions.Count,
            Blob = PredictionBlob.Write(predictions),
        };
        var row = new EvaluationRow
        {
            RunId = runId,
            DatasetVersionId = version.Id,
            Scope = scope,
            SetHash = hash,
            ReportJson = JsonSerializer.Serialize(report, SpecJson.Options),
        };
        return (set, row, report);
    }

    /// <summary>The checkpoint with the highest epoch, which ends its name; nothing when there is none.</summary>
    private async Task SaveNewestAsync(JobContext job, string kind, string folder, string pattern, CancellationToken cancellation)
    {
        if (Directory.GetFiles(folder, pattern).Max(StringComparer.Ordinal) is not { } file) return;
        var epoch = int.Parse(Path.GetFileNameWithoutExtension(file).Split('-')[^1], CultureInfo.InvariantCulture);
        await SaveFileAsync(job, kind, file, null, epoch, cancellation);
    }

    private async Task SaveFileAsync(JobContext job, string kind, string path, string? sha256, int? epoch, CancellationToken cancellation)
    {
        var name = Path.GetRelativePath(paths.Run(job.Id), path);
        sha256 ??= await FileHash.OfAsync(path, cancellation);
        await execution.SaveArtifactAsync(job.Id, job.Ticket, new Artifact
        {
            Kind = kind,
            FileName = name,
            Sha256 = sha256,
            Bytes = new FileInfo(path).Length,
            Epoch = epoch,
        }, cancellation);
    }
}
