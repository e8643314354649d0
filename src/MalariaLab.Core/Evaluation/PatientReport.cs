namespace MalariaLab.Core.Evaluation;

/// <summary>One patient (group).</summary>
/// <param name="Group">Group key.</param>
/// <param name="Images">Scored images.</param>
/// <param name="TruePositives">Images whose true class is the positive one.</param>
/// <param name="CalledPositive">Images that the model calls positive.</param>
/// <param name="Correct">Images that the model gets right.</param>
/// <param name="MeanScore">Mean P(positive).</param>
public sealed record PatientResult(string Group, int Images, int TruePositives, int CalledPositive, int Correct, double MeanScore)
{
    /// <summary>A patient is positive when any image is.</summary>
    public bool IsPositive => TruePositives > 0;

    /// <summary>Share of images that the model calls positive.</summary>
    public double CalledShare => (double)CalledPositive / Images;

    /// <summary>Share of images that are positive, for malaria cells the parasitaemia of the sample.</summary>
    public double TrueShare => (double)TruePositives / Images;
}

/// <summary>Predictions gathered by patient.</summary>
public sealed record PatientReport
{
    /// <summary>Patients in ordinal order of their keys.</summary>
    public required IReadOnlyList<PatientResult> Patients { get; init; }

    /// <summary>Images without a group, which are left out.</summary>
    public required int UngroupedImages { get; init; }

    /// <summary>Patients ranked by <see cref="PatientResult.CalledShare"/>: the patient-level ROC, and the cells at any wanted share.</summary>
    public required ScoreRanking ByCalledShare { get; init; }

    /// <summary>Patients ranked by <see cref="PatientResult.MeanScore"/>.</summary>
    public required ScoreRanking ByMeanScore { get; init; }

    /// <summary>Patients when one image that is called positive makes the patient positive.</summary>
    public BinaryCounts AnyPositiveRule => ByCalledShare.At(double.Epsilon);

    /// <summary>Gathers.</summary>
    /// <param name="predictions">2 to 20 classes, with groups.</param>
    /// <param name="positive">Index of the positive class.</param>
    /// <param name="threshold">Two classes: probability from which on an image is called positive; more: the largest probability decides.</param>
    public static PatientReport Of(Predictions predictions, int positive, double threshold = 0.5)
    {
        predictions.Validate();
        var (scores, predicted, truth) = (predictions.Scores(positive), predictions.Predicted(positive, threshold), predictions.Truth);
        var grouped = Enumerable.Range(0, predictions.Groups.Count).Where(i => predictions.Groups[i] is not null).ToArray();
        PatientResult[] patients = [.. grouped.GroupBy(i => predictions.Groups[i]!, StringComparer.Ordinal).OrderBy(of => of.Key, StringComparer.Ordinal)
            .Select(of => new PatientResult(of.Key, of.Count(), of.Count(i => truth[i] == positive), of.Count(i => predicted[i] == positive),
                of.Count(i => predicted[i] == truth[i]), of.Average(i => scores[i])))];
        var isPositive = Array.ConvertAll(patients, patient => patient.IsPositive);
        return new()
        {
            Patients = patients,
            UngroupedImages = predictions.Count - grouped.Length,
            ByCalledShare = ScoreRanking.Of(Array.ConvertAll(patients, patient => patient.CalledShare), isPositive),
            ByMeanScore = ScoreRanking.Of(Array.ConvertAll(patients, patient => patient.MeanScore), isPositive),
        };
    }
}
