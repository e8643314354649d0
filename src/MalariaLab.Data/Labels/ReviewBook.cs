using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Entities;

namespace MalariaLab.Data.Labels;

/// <summary>What one reader gave one image.</summary>
/// <param name="UserId">The reader.</param>
/// <param name="Blind">Class index of the blind judgement; the number of classes means "leave it out".</param>
/// <param name="Final">The same after revision.</param>
public sealed record Reading(long UserId, int Blind, int Final);

/// <summary>An image with what its readers gave it.</summary>
/// <param name="Ordinal">Manifest position.</param>
/// <param name="Label">Its class in the version.</param>
/// <param name="Readings">One a reader, in the order of their row ids.</param>
public sealed record ReadImage(int Ordinal, int Label, IReadOnlyList<Reading> Readings)
{
    /// <summary>The class that all readers give it; null while they differ.</summary>
    public int? Agreed => Readings.All(r => r.Final == Readings[0].Final) ? Readings[0].Final : null;

    /// <summary>True when readers gave different classes, whether or not one has revised since.</summary>
    public bool WasDisputed => Readings.Any(r => r.Blind != Readings[0].Blind);
}

/// <summary>All judgements on a version's labels.</summary>
/// <param name="ClassNames">Class names; the class after the last stands for "leave it out".</param>
/// <param name="Images">Read images, in manifest order.</param>
public sealed record ReviewBook(IReadOnlyList<string> ClassNames, IReadOnlyList<ReadImage> Images)
{
    /// <summary>The class that stands for "leave it out".</summary>
    public int Excluded => ClassNames.Count;

    /// <summary>Readers, by row id.</summary>
    public IReadOnlyList<long> Readers => [.. Images.SelectMany(i => i.Readings).Select(r => r.UserId).Distinct().Order()];

    /// <summary>Images about which the readers still differ.</summary>
    public IReadOnlyList<ReadImage> Disagreements => [.. Images.Where(i => i.Agreed is null)];

    /// <summary>A book from rows.</summary>
    /// <param name="classNames">Class names.</param>
    /// <param name="labels">Class of each read image by manifest position.</param>
    /// <param name="reviews">The judgements.</param>
    public static ReviewBook Of(IReadOnlyList<string> classNames, IReadOnlyDictionary<int, int> labels, IEnumerable<LabelReview> reviews) => new(classNames,
    [
        .. reviews.Where(r => labels.ContainsKey(r.Ordinal)).GroupBy(r => r.Ordinal).OrderBy(g => g.Key).Select(g => new ReadImage(g.Key, labels[g.Key],
        [
            .. g.OrderBy(r => r.UserId).Select(r =>
            {
                var blind = ClassOf(r.Decision, r.Label, labels[g.Key], classNames.Count);
                return new Reading(r.UserId, blind, r.Revised is { } revised ? ClassOf(revised, r.RevisedLabel, labels[g.Key], classNames.Count) : blind);
            }),
        ])),
    ]);

    /// <summary>How far the blind judgements of two readers agree on the images that both have read.</summary>
    public ReaderAgreement Agreement(long first, long second)
    {
        int?[] Of(long reader) => [.. Images.Select(i => i.Readings.FirstOrDefault(r => r.UserId == reader)?.Blind)];
        return ReaderAgreement.Of([.. ClassNames, "leave out"], Of(first), Of(second));
    }

    /// <summary>What the readers agree to change; an image about which they differ stays as it is.</summary>
    public VersionChanges Changes(long versionId, string reason) => new()
    {
        ParentVersionId = versionId,
        Exclude = [.. Images.Where(i => i.Agreed == Excluded).Select(i => i.Ordinal)],
        Relabel = Images.Where(i => i.Agreed is { } agreed && agreed != Excluded && agreed != i.Label).ToDictionary(i => i.Ordinal, i => i.Agreed!.Value),
        Reason = reason,
    };

    /// <summary>What a reader may see: the own judgements, and another's only of images that the reader has judged too.</summary>
    public ReviewBook SeenBy(long reader) => this with { Images = [.. Images.Where(i => i.Readings.Any(r => r.UserId == reader))] };

    private static int ClassOf(ReviewDecision decision, int? label, int given, int classes) => decision switch
    {
        ReviewDecision.Keep => given,
        ReviewDecision.Relabel => label ?? given,
        _ => classes,
    };
}
