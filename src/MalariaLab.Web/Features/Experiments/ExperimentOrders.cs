using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Experiments;
using MalariaLab.Data.Runs;

namespace MalariaLab.Web.Features.Experiments;

/// <summary>Turns a finished form into queued runs.</summary>
public sealed class ExperimentOrders(SpecFacts facts, RunCommands runs)
{
    /// <summary>Queues one run, or a group of runs that differ in their seeds.</summary>
    /// <param name="spec">What to run; its seed is the first.</param>
    /// <param name="repeats">Number of seeds.</param>
    /// <param name="name">Name of the run or group.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <param name="parent">The run that the form was filled from.</param>
    /// <param name="actor">Who asks.</param>
    /// <returns>Row ids of the runs.</returns>
    /// <exception cref="SpecException">The spec cannot run; nothing was queued.</exception>
    public async Task<IReadOnlyList<long>> QueueAsync(ExperimentSpec spec, int repeats, string name, int priority, long? parent, Actor actor)
    {
        // Against the database once more: a split or a run may have gone since the form was opened.
        var wrong = (await facts.CheckAsync(spec)).FirstOrDefault(i => i.IsError);
        if (wrong is not null) throw new SpecException(wrong.Field, wrong.Message);
        var specs = Sweep.Seeds(spec, repeats);
        long? group = specs.Count > 1 ? await runs.CreateGroupAsync(RunGroupKind.Seeds, name, actor) : null;
        var made = new List<long>();
        foreach (var one in specs)
        {
            var called = group is null ? name : $"{name}, seed {one.Training.Seed}";
            made.Add(await runs.CreateAsync(new NewRun { Spec = one, Name = called, Priority = priority, ParentRunId = parent, GroupId = group }, actor));
        }
        foreach (var run in made) await runs.EnqueueAsync(run, actor);
        return made;
    }

    /// <summary>Queues one run for each fold of a cross-validation, as a group.</summary>
    /// <param name="spec">What to run; its data are replaced by each fold's.</param>
    /// <param name="folds">The folds.</param>
    /// <param name="name">Name of the group.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <param name="parent">The run that the form was filled from.</param>
    /// <param name="actor">Who asks.</param>
    /// <returns>Row id of the group.</returns>
    /// <exception cref="SpecException">The spec cannot run on one of the folds; nothing was queued.</exception>
    public async Task<long> QueueFoldsAsync(ExperimentSpec spec, IReadOnlyList<DataSpec> folds, string name, int priority, long? parent, Actor actor)
    {
        foreach (var fold in folds)
        {
            var wrong = (await facts.CheckAsync(spec with { Data = fold })).FirstOrDefault(i => i.IsError);
            if (wrong is not null) throw new SpecException(wrong.Field, wrong.Message);
        }
        var group = await runs.CreateGroupAsync(RunGroupKind.Folds, name, actor);
        var made = new List<long>();
        foreach (var (i, fold) in folds.Index())
        {
            var one = new NewRun { Spec = spec with { Data = fold }, Name = $"{name}, fold {i + 1}", Priority = priority, ParentRunId = parent, GroupId = group };
            made.Add(await runs.CreateAsync(one, actor));
        }
        foreach (var run in made) await runs.EnqueueAsync(run, actor);
        return group;
    }
}
