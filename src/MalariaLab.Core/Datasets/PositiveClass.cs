namespace MalariaLab.Core.Datasets;

/// <summary>Guesses from class names which class counts as positive (diseased); a person may choose another.</summary>
public static class PositiveClass
{
    private static readonly string[] NegativeWords =
        ["uninfected", "not infected", "noninfected", "non-infected", "normal", "negative", "benign", "healthy", "control", "clean", "absent"];

    private static readonly string[] PositiveWords =
        ["parasiti", "infected", "pneumonia", "malignant", "positive", "abnormal", "disease", "tumor", "tumour", "cancer", "covid", "sick", "present"];

    /// <summary>
    /// Index of the class that counts as positive among two: the one that a person chose, else the likely one.
    /// Null for more classes, where each stands against the others.
    /// </summary>
    /// <param name="classes">Class names.</param>
    /// <param name="chosen">Index that a person chose, if any.</param>
    public static int? Of(IReadOnlyList<string> classes, int? chosen) => classes.Count == 2 ? chosen ?? Guess(classes) : null;

    /// <summary>Index of the likely positive class: one with a telling name, else the only one without a negative name, else the last.</summary>
    /// <param name="classes">Class names, at least one.</param>
    public static int Guess(IReadOnlyList<string> classes)
    {
        var others = Enumerable.Range(0, classes.Count).Where(i => !IsNegative(classes[i])).ToList();
        var telling = others.Where(i => Has(classes[i], PositiveWords)).ToList();
        if (telling.Count > 0) return telling[0];
        return others.Count == 1 ? others[0] : classes.Count - 1;
    }

    // "abnormal" holds "normal".
    private static bool IsNegative(string name) => Has(name, NegativeWords) && !Has(name, ["abnormal"]);

    private static bool Has(string name, string[] words) => words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
