using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Core.Experiments;

/// <summary>Sets every field that decides nothing to its default, so that specs which train alike look alike.</summary>
public static class SpecNormal
{
    /// <summary>The spec without what its own choices make meaningless, for example the momentum of an Adam.</summary>
    public static ExperimentSpec Of(ExperimentSpec spec) => spec with
    {
        Architecture = Architecture(spec.Architecture),
        Weights = Weights(spec.Weights),
        Augmentation = spec.Augmentation.IsNone ? new() : spec.Augmentation,
        Optimizer = Optimizer(spec.Optimizer),
        Schedule = Schedule(spec.Schedule),
        Loss = spec.Loss.ClassWeighting == ClassWeighting.Given ? spec.Loss : spec.Loss with { ClassWeights = [] },
        Training = spec.EarlyStopping?.RestoreBest == true ? spec.Training with { UseBestEpoch = true } : spec.Training,
    };

    private static ArchitectureSpec Architecture(ArchitectureSpec spec) => ArchitectureCatalogue.Find(spec.Key) is { } known
        ? spec with
        {
            Backbone = spec.Backbone == spec.Key ? null : spec.Backbone,
            HeadUnits = spec.HeadUnits.Count > 0 ? spec.HeadUnits : [.. known.HeadUnits],
            Dropout = spec.Dropout ?? known.Dropout,
        }
        : spec;

    private static WeightsSpec Weights(WeightsSpec spec) => spec with
    {
        FileSha256 = spec.Source == WeightsSource.File ? spec.FileSha256 : null,
        RunId = spec.Source == WeightsSource.Run ? spec.RunId : null,
        TrainableFrom = spec.Freeze == FreezeMode.Before ? spec.TrainableFrom : null,
    };

    private static OptimizerSpec Optimizer(OptimizerSpec spec)
    {
        var plain = new OptimizerSpec { Kind = spec.Kind, LearningRate = spec.LearningRate, WeightDecay = spec.WeightDecay, EpsilonForm = Form(spec) };
        return spec.Kind switch
        {
            OptimizerKind.Sgd when spec.Momentum == 0 => plain,
            OptimizerKind.Sgd => plain with { Momentum = spec.Momentum, Nesterov = spec.Nesterov },
            OptimizerKind.Adagrad => plain with { InitialAccumulator = spec.InitialAccumulator, Epsilon = spec.Epsilon },
            OptimizerKind.RmsProp => plain with { Momentum = spec.Momentum, Rho = spec.Rho, Epsilon = spec.Epsilon },
            _ => plain with { Beta1 = spec.Beta1, Beta2 = spec.Beta2, Epsilon = spec.Epsilon },
        };
    }

    // Only Adagrad and RMSprop can have epsilon inside the root; PyTorch differs in Adam's epsilon and in when the rate enters momentum.
    private static EpsilonForm Form(OptimizerSpec spec) => (spec.Kind, spec.EpsilonForm) switch
    {
        (OptimizerKind.Adagrad or OptimizerKind.RmsProp, EpsilonForm.KerasInside) => EpsilonForm.KerasInside,
        (OptimizerKind.Sgd or OptimizerKind.RmsProp, EpsilonForm.PyTorch) when spec.Momentum > 0 => EpsilonForm.PyTorch,
        (OptimizerKind.Adam or OptimizerKind.AmsGrad or OptimizerKind.AdamW, EpsilonForm.PyTorch) => EpsilonForm.PyTorch,
        _ => EpsilonForm.Keras,
    };

    private static ScheduleSpec Schedule(ScheduleSpec spec)
    {
        var plain = new ScheduleSpec { Kind = spec.Kind };
        return spec.Kind switch
        {
            ScheduleKind.Plateau => plain with
            {
                Factor = spec.Factor,
                Patience = spec.Patience,
                Cooldown = spec.Cooldown,
                MinDelta = spec.MinDelta,
                MinLearningRate = spec.MinLearningRate,
            },
            ScheduleKind.Step => plain with { Factor = spec.Factor, StepEpochs = spec.StepEpochs, WarmUpEpochs = spec.WarmUpEpochs },
            ScheduleKind.Cosine => plain with { MinLearningRate = spec.MinLearningRate, WarmUpEpochs = spec.WarmUpEpochs },
            ScheduleKind.OneCycle => plain with { RiseShare = spec.RiseShare },
            _ => plain with { WarmUpEpochs = spec.WarmUpEpochs },
        };
    }
}
