using static MalariaLab.Core.Experiments.SpecValidator;

namespace MalariaLab.Core.Experiments;

/// <summary>Checks of a spec against the parts of its split.</summary>
internal static class DataRules
{
    // Below this, the best epoch by validation loss is mostly chance (the usual repackaging of the Kermany X-rays has 16).
    private const int FewValidationImages = 50;

    public static IEnumerable<SpecIssue> Check(ExperimentSpec spec, DatasetFacts data)
    {
        var (train, validation, test) = (data.Train.Sum(), data.Validation.Sum(), data.Test.Sum());
        if (train == 0)
            yield return Wrong("data.splitId", "The split has no training images: make another split.");
        foreach (var (part, counts) in new[] { ("training", data.Train), ("validation", data.Validation), ("test", data.Test) })
        {
            var empty = data.Classes.Where((_, i) => counts[i] == 0).ToList();
            if (counts.Sum() > 0 && empty.Count > 0)
            {
                var other = empty.Count == 1 ? "this class" : "these classes";
                yield return Wrong(
                    "data.splitId",
                    $"The {part} part has no image of {string.Join(", ", empty)}: make another split, or a dataset without {other}.");
            }
        }
        if (test == 0)
            yield return Doubt("data.splitId", "The split has no test images: the run will have no test result.");
        if (data.LeakedGroups > 0)
            yield return Doubt(
                "data.splitId",
                $"The split leaks {data.LeakedGroups} patient{(data.LeakedGroups == 1 ? "" : "s")}: "
                    + "images of one patient stand in more than one part, and the test figure will be too good for patients never seen. Split by patient.");

        if (data.LearnedByStart > 0)
        {
            yield return Doubt(
                "weights.runId",
                $"The run that this one starts from learned from {data.LearnedByStart} of the {test} test images, so the test figure will be too good: "
                    + "take the split of that run, or another start.");
        }

        if (train > 0 && spec.Training.BatchSize > train)
            yield return Wrong("training.batchSize", $"A batch of {spec.Training.BatchSize} is larger than the training part of {train} images: use {train} at most.");
        else if (train > 0 && (long)spec.Training.BatchSize * spec.Training.AccumulationSteps > train)
            yield return Wrong(
                "training.accumulationSteps",
                $"{spec.Training.AccumulationSteps} batches of {spec.Training.BatchSize} an update are more than the {train} training images: accumulate less.");

        foreach (var (field, user) in UsersOfValidation(spec))
        {
            if (validation == 0)
                yield return Wrong(field, $"{user} needs validation images, and the split has none: make a split with a validation part, or switch it off.");
            else if (validation < FewValidationImages)
                yield return Doubt(field, $"{user} would decide on {validation} validation images, which is mostly chance: make a split with more.");
        }
    }

    private static IEnumerable<(string Field, string User)> UsersOfValidation(ExperimentSpec spec)
    {
        if (spec.Schedule.Kind == ScheduleKind.Plateau) yield return ("schedule.kind", "The plateau schedule");
        if (spec.EarlyStopping is not null) yield return ("earlyStopping", "Early stopping");
        if (spec.Training.UseBestEpoch) yield return ("training.useBestEpoch", "The choice of the best epoch");
    }
}
