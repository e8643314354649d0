using MalariaLab.Core.Experiments;
using MalariaLab.Web.Components.Shared;
using MalariaLab.Web.Features.Compare;
using MalariaLab.Web.Localisation;

namespace MalariaLab.Web.Features.Documents;

/// <summary>What the figures of a run do not show, written from facts of this run.</summary>
public static class RunLimits
{
    // Below this many patients a resampled interval rests on too few of them to be believed to the digit.
    private const int FewPatients = 30;

    /// <summary>The sentences, the gravest first.</summary>
    public static IReadOnlyList<string> Of(RunFindings findings, RunSurroundings around, Words words) =>
        [.. Leakage(findings, around, words), .. Patients(findings, words), .. Repetition(findings, around, words), .. Measure(findings, words)];

    /// <summary>That the weights which a training started from have seen test images.</summary>
    public static string SeenByStart(int seen, int test, Words words) => words["{0} of the {1} test images were learned from by the run that this one started from, "
        + "or by one before it: the test figures are likely too good.", Figures.Count(seen), Figures.Count(test)];

    private static IEnumerable<string> Leakage(RunFindings findings, RunSurroundings around, Words words)
    {
        var (split, version) = (findings.Split, findings.Detail.Version);
        if (around.SeenByStart > 0)
            yield return SeenByStart(around.SeenByStart, split.TestCount, words);
        if (split.LeakingGroups > 0)
            yield return words["{0} patients have images in more than one part of the split: "
                + "the network may know test patients from training, and the test figures are likely too good.", Figures.Count(split.LeakingGroups)];
        if (split.LeakingDuplicates > 0)
            yield return words["{0} identical images lie in more than one part of the split: "
                + "the network saw some test images in training.", Figures.Count(split.LeakingDuplicates)];
        if (version.GroupCount == 0)
            yield return words["Patients are not known: whether images of one patient lie in training and test cannot be seen, "
                + "and the intervals take images as independent, which makes them too narrow if they are not."];
        if (version.RefusalCount > 0)
            yield return words["{0} files of the source were not taken into the dataset and are in no figure.", Figures.Count(version.RefusalCount)];
        if (findings.Detail.Spec.Augmentation.AlsoValidation)
            yield return words["Validation images were augmented too, as the recipe's source did: validation figures are not those of plain images."];
    }

    private static IEnumerable<string> Patients(RunFindings findings, Words words)
    {
        if (findings.Patients is not { } report) yield break;
        var count = report.Patients.Count;
        yield return count < FewPatients
            ? words["The test set holds only {0} patients: intervals over so few are rough.", count]
            : words["The test set holds {0} patients; the intervals by patient say how much another {0} of the same kind could differ.", count];
        if (report.Patients.All(p => p.IsPositive) || !report.Patients.Any(p => p.IsPositive))
            yield return words["All test patients are of one kind (with or all without a positive image): nothing can be said about telling patients apart."];
        if (report.UngroupedImages > 0)
            yield return words["{0} test images have no patient and are left out of the figures by patient.", Figures.Count(report.UngroupedImages)];
    }

    private static IEnumerable<string> Repetition(RunFindings findings, RunSurroundings around, Words words)
    {
        if (around.Seeds is { N: > 1 } seeds)
            yield return words["{0} seeds of this configuration were trained; their test accuracy is {1} ± {2} (mean ± standard deviation). "
                + "This report is about one of them.", seeds.N, Figures.Percent(seeds.Mean), Figures.Percent(seeds.StandardDeviation)];
        else
            yield return words["One training with one seed ({0}): how much the figures move from training to training is not known.", findings.Detail.Spec.Training.Seed];
        if (around.OthersOnTestSet > 0)
            yield return words["Other finished runs of this lab that were scored on the same test images: {0}. "
                + "If this run was chosen among them for its test figures, they flatter it.", Figures.Count(around.OthersOnTestSet)];
        if (around.External.Count == 0)
            yield return words["No external validation: the network was tested on images of the same source as it was trained on. "
                + "Other stains, microscopes and clinics can be worse."];
        if (findings.Detail.Spec.Weights.Source != WeightsSource.Random && around.SeenByStart == 0)
            yield return words["Training started from weights learned elsewhere; what those have seen is not part of this report."];
    }

    private static IEnumerable<string> Measure(RunFindings findings, Words words)
    {
        if (findings.Test?.Report is not { } report) yield break;
        if (report is { Threshold: { } threshold, PositiveClass: not null } && findings.Positive is { } positive)
        {
            var positives = Figures.Percent((double)report.Confusion.Support(positive) / report.N);
            yield return words["Sensitivity and specificity hold at the threshold {0}, which was not chosen for a purpose; "
                + "another threshold trades one for the other.", Figures.Number(threshold)];
            yield return words["{0} of the test images are positive; "
                + "precision holds for that share only and falls where the condition is rarer.", positives];
        }
        yield return words["Labels are taken as given; an error of the label counts as an error of the network, or hides one."];
    }
}
