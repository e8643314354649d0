using MalariaLab.Core.Experiments.Architectures;
using static MalariaLab.Core.Experiments.SpecValidator;

namespace MalariaLab.Core.Experiments;

/// <summary>Checks of where the first weights come from.</summary>
internal static class WeightRules
{
    public static IEnumerable<SpecIssue> Check(ExperimentSpec spec, LabFacts lab) => spec.Weights.Source switch
    {
        WeightsSource.File => File(spec, lab),
        WeightsSource.Run => Run(spec, lab),
        _ when spec.Weights.Freeze != FreezeMode.None =>
            [Doubt("weights.freeze", "Frozen random weights never learn: choose a weights file or a finished run, or freeze nothing.")],
        _ => [],
    };

    private static IEnumerable<SpecIssue> File(ExperimentSpec spec, LabFacts lab)
    {
        const string field = "weights.fileSha256";
        var architecture = spec.Architecture;
        if (string.IsNullOrEmpty(spec.Weights.FileSha256))
        {
            yield return Wrong(field, "No weights file is chosen: import one on the weights page and choose it, or start from random weights.");
            yield break;
        }
        if (lab.Files is not null)
        {
            var file = lab.Files.FirstOrDefault(f => f.Sha256.Equals(spec.Weights.FileSha256, StringComparison.OrdinalIgnoreCase));
            if (file is null)
                yield return Wrong(field, $"The lab has no weights file with SHA-256 {spec.Weights.FileSha256}: import it first.");
            else if (file.Architecture is { } fits && fits != architecture.BackboneKey)
                yield return Wrong(field, $"The weights file is for {fits}, but the network's backbone is {architecture.BackboneKey}: choose another file or network.");
            if (file is { IsOfRun: true }) yield break;
        }
        if (ArchitectureCatalogue.Find(architecture.BackboneKey)?.PretrainedScaling is not { } scaling) yield break;
        if (architecture.Channels != 3)
            yield return Wrong("architecture.channels", "Pretrained ImageNet weights take RGB images: use 3 channels, grey images are repeated over them.");
        // ImageNet's mean and deviation belong to torchvision's files, the architecture's own scaling to Keras' files.
        if (spec.Preprocessing.Scaling != scaling && spec.Preprocessing.Scaling != PixelScaling.ImageNet)
            yield return Doubt(
                "preprocessing.scaling",
                $"The ImageNet weights of {architecture.BackboneKey} expect the {scaling} scaling, "
                    + $"not {spec.Preprocessing.Scaling}; the published recipe may differ on purpose.");
    }

    private static IEnumerable<SpecIssue> Run(ExperimentSpec spec, LabFacts lab)
    {
        const string field = "weights.runId";
        if (spec.Weights.RunId is not { } id)
        {
            yield return Wrong(field, "No run is chosen: choose a finished run, or start from random weights.");
            yield break;
        }
        if (lab.Runs is null) yield break;
        var run = lab.Runs.FirstOrDefault(r => r.Id == id);
        if (run is null)
            yield return Wrong(field, $"Run {id} is not a finished run of this lab, or lies in its trash: choose another run.");
        else if (run.Architecture.BackboneKey != spec.Architecture.BackboneKey)
            yield return Wrong("architecture.backbone", $"Run {id} trained a backbone of {run.Architecture.BackboneKey}, but the network's is of {spec.Architecture.BackboneKey}"
                + $": take architecture.backbone={run.Architecture.BackboneKey} under the head of {spec.Architecture.Key}, or choose another run.");
        else if (run.Scaling != spec.Preprocessing.Scaling)
            yield return Doubt("preprocessing.scaling", $"The weights of run {id} expect the {run.Scaling} scaling, with which it was trained, not {spec.Preprocessing.Scaling}.");
    }
}
