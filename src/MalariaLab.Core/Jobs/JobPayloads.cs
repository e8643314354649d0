using MalariaLab.Core.Experiments;

namespace MalariaLab.Core.Jobs;

/// <summary>Parameters of an import task; its subject is the dataset version.</summary>
/// <param name="ImportId">Row id of the import request.</param>
public sealed record ImportPayload(long ImportId);

/// <summary>Parameters of a cache task; its subject is the dataset version.</summary>
/// <param name="Architecture">Size and channels count.</param>
/// <param name="Interpolation">How images come to that size.</param>
public sealed record CachePayload(ArchitectureSpec Architecture, Interpolation Interpolation = Interpolation.Bilinear);

/// <summary>Parameters of an evaluation of a finished run, the subject, on a dataset version with the same class names.</summary>
/// <param name="DatasetVersionId">The version.</param>
/// <param name="SplitId">A split of the version of which only the test part is scored; null scores every image, which needs a version other than the run's own.</param>
public sealed record EvaluationPayload(long DatasetVersionId, long? SplitId = null);

/// <summary>Parameters of a prediction with a finished run, the subject. The files are deleted afterwards.</summary>
/// <param name="Files">Uploaded images.</param>
/// <param name="Explain">Also where the network looked.</param>
public sealed record PredictionPayload(IReadOnlyList<UploadedImage> Files, bool Explain = false);

/// <summary>An uploaded image.</summary>
/// <param name="Name">Name as the person gave it; only shown.</param>
/// <param name="StoredName">Server-made name below uploads/.</param>
public sealed record UploadedImage(string Name, string StoredName);

/// <summary>Parameters of Grad-CAM on images of the store by a finished run, the subject.</summary>
/// <param name="Sha256">Contents of the images.</param>
/// <param name="ClassIndex">The class that is explained; null takes each image's most probable one.</param>
public sealed record ExplanationPayload(IReadOnlyList<string> Sha256, int? ClassIndex = null);

/// <summary>Result of a prediction or an explanation.</summary>
/// <param name="ClassNames">In the order of the probabilities.</param>
/// <param name="Images">One entry a file or content, in the order given.</param>
public sealed record PredictionResult(IReadOnlyList<string> ClassNames, IReadOnlyList<ImagePrediction> Images);

/// <summary>What a network says of one image.</summary>
/// <param name="Name">Name or content hash as given.</param>
/// <param name="Refusal">Why the file cannot be scored; the rest is null then.</param>
/// <param name="Predicted">Index of the most probable class.</param>
/// <param name="Probabilities">One a class.</param>
/// <param name="ExplainedClass">Class that the heat map speaks of.</param>
/// <param name="HeatMapPng">RGB image of the network's input size, black where nothing spoke for the class; to be laid over the image by blending mode "screen".</param>
public sealed record ImagePrediction(
    string Name, string? Refusal = null, int? Predicted = null, IReadOnlyList<double>? Probabilities = null, int? ExplainedClass = null, byte[]? HeatMapPng = null);
