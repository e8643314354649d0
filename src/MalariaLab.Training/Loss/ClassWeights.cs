namespace MalariaLab.Training.Loss;

/// <summary>Weights of classes in the loss.</summary>
public static class ClassWeights
{
    /// <summary>One weight a class; <c>Balanced</c> is n / (classes · count), over the training part.</summary>
    /// <exception cref="TrainingFailedException">A class has no training image, or the number of given weights is wrong.</exception>
    public static double[] For(LossSpec spec, IReadOnlyList<int> trainingLabels, int classes)
    {
        switch (spec.ClassWeighting)
        {
            case ClassWeighting.Given when spec.ClassWeights.Count != classes:
                throw new TrainingFailedException($"There are {classes} classes but {spec.ClassWeights.Count} class weights: give one a class.");
            case ClassWeighting.Given:
                return [.. spec.ClassWeights];
            case ClassWeighting.Balanced:
                var counts = new int[classes];
                foreach (var label in trainingLabels)
                    counts[label]++;
                if (Array.IndexOf(counts, 0) is >= 0 and var empty)
                    throw new TrainingFailedException($"Class {empty} has no training image, so balanced class weights are undefined: make another split.");
                return Array.ConvertAll(counts, count => (double)trainingLabels.Count / ((double)classes * count));
            default:
                return [.. Enumerable.Repeat(1.0, classes)];
        }
    }
}
