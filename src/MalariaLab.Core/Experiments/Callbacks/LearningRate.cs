namespace MalariaLab.Core.Experiments.Callbacks;

/// <summary>The learning rate as a pure function of the step, so that a resumed run needs no state for it.</summary>
public static class LearningRate
{
    // As in Smith and Topin's super-convergence and PyTorch's OneCycleLR.
    private const double OneCycleStartDivisor = 25, OneCycleEndDivisor = 1e4;

    /// <summary>
    /// Rate of an optimizer step, counted from 0. Plateau gives <paramref name="rate"/> itself, which <see cref="PlateauSchedule"/> moves between epochs.
    /// OneCycle rises by a half cosine from rate/25 to the rate and falls to rate/250,000; its momentum stays as it is.
    /// </summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="rate">The optimizer's learning rate: the highest of Step, Cosine and OneCycle.</param>
    /// <param name="step">Optimizer steps done before this one.</param>
    /// <param name="stepsPerEpoch">Optimizer steps an epoch, ≥ 1.</param>
    /// <param name="epochs">Epochs at most.</param>
    public static double At(ScheduleSpec schedule, double rate, long step, int stepsPerEpoch, int epochs)
    {
        var total = (double)stepsPerEpoch * epochs;
        if (schedule.Kind == ScheduleKind.Plateau) return rate;
        if (schedule.Kind == ScheduleKind.OneCycle) return OneCycle(rate, step, total, schedule.RiseShare);

        var warmUp = Math.Min(schedule.WarmUpEpochs * stepsPerEpoch, total);
        if (step < warmUp) return rate * Math.Min(1, (step + 1) / warmUp);
        return schedule.Kind switch
        {
            ScheduleKind.Step => rate * Math.Pow(schedule.Factor, step / stepsPerEpoch / schedule.StepEpochs),
            ScheduleKind.Cosine => HalfCosine(rate, Math.Min(schedule.MinLearningRate, rate), (step - warmUp) / Math.Max(1, total - warmUp)),
            _ => rate,
        };
    }

    private static double OneCycle(double rate, long step, double total, double riseShare)
    {
        var start = rate / OneCycleStartDivisor;
        var top = Math.Max(riseShare * total - 1, 0);
        var last = Math.Max(total - 1, 1);
        return step <= top
            ? HalfCosine(start, rate, top == 0 ? 1 : step / top)
            : HalfCosine(rate, start / OneCycleEndDivisor, (step - top) / (last - top));
    }

    private static double HalfCosine(double from, double to, double share) =>
        to + (from - to) * (1 + Math.Cos(Math.PI * Math.Clamp(share, 0, 1))) / 2;
}
