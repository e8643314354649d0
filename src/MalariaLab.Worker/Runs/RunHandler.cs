using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Imaging.Cache;
using MalariaLab.Training;
using MalariaLab.Training.Data;
using MalariaLab.Worker.Caches;
using MalariaLab.Worker.Hosting;
using MalariaLab.Worker.Models;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Runs;

/// <summary>Executes a run: pixel cache, training from its last checkpoint on, scores, evaluation, artifacts.</summary>
internal sealed class RunHandler(
    IDbContextFactory<LabDbContext> contexts, RunExecution execution, RunResultWriter results, PixelCaches caches, StartWeightsFiles startWeights, ITrainer trainer,
    LabPaths paths, MachineInfo machine, TimeProvider clock) : IJobHandler
{
    public JobKind Kind => JobKind.Run;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        using var log = new RunLog(paths.RunLog(job.Id), clock);
        try
        {
            await ExecuteAsync(job, log, cancellationToken);
            log.Write("Succeeded");
            return null;
        }
        catch (TrainingFailedException e)
        {
            // The sentence says it all, unless something lies behind it.
            log.Write($"Failed: {(e.InnerException is null ? e.Message : e)}");
            throw new ExplainedException(e.Message, e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.Write(job.Stop switch
            {
                StopReason.Canceled => "Canceled; finished epochs are kept",
                StopReason.Shutdown => "The worker shuts down; the run goes on from its last checkpoint after the restart",
                _ => "Stopped",
            });
            throw;
        }
        catch (OwnershipLostException)
        {
            log.Write("This worker no longer holds the run and stops without writing more");
            throw;
        }
        catch (Exception e)
        {
            log.Write($"Failed: {e}");
            throw;
        }
    }

    private async Task ExecuteAsync(JobContext job, RunLog log, CancellationToken cancellation)
    {
        var inputs = await RunInputs.LoadAsync(contexts, job.Id, cancellation);
        var spec = inputs.Spec;
        log.Write($"Run {job.Id} \"{inputs.Name}\", start {job.Attempt}: {spec.Recipe} on {machine.DeviceName}, LibTorch {machine.LibTorch}, {ProgramInfo.Text}");
        await execution.SetEnvironmentAsync(job.Id, job.Ticket, machine.DeviceName, ProgramInfo.Commit, machine.LibTorch, machine.ToJson(), cancellation);

        var observer = new RunObserver(execution, job, log, clock, cancellation);
        var building = new SynchronousProgress<PixelCacheProgress>(p =>
            observer.OnProgress(new() { Stage = "Building the pixel cache", Epochs = spec.Training.Epochs, Step = p.Done, Steps = p.Total }));
        using var cache = await caches.OpenAsync(inputs.Version, inputs.Items, spec.Architecture, spec.Preprocessing.Interpolation, building, cancellation);

        var (startPath, startName, startRefusal) = await startWeights.FindAsync(spec.Weights, cancellation);
        var request = new TrainingRequest
        {
            Spec = spec,
            Data = new PixelCacheData(cache, inputs.Version.ClassNames, [.. inputs.Items.Select(i => i.Label)], Array.ConvertAll(inputs.Assignment, part => (SplitPart)part)),
            CheckpointFolder = Path.Combine(paths.Run(job.Id), "checkpoints"),
            Program = ProgramInfo.Text,
            StartWeightsFile = startPath,
            StartWeightsName = startName,
            StartWeightsRefusal = startRefusal,
            Device = machine.Device,
            Threads = machine.Threads,
            FeatureCacheFolder = Path.Combine(paths.Cache, "features"),
            Clock = clock,
        };
        // A thread of its own: LibTorch's seed, thread count and dispose scopes belong to it, and it is busy for hours.
        var outcome = await Task.Factory.StartNew(
            () => trainer.Run(request, observer, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await observer.DurablyAsync(() => results.WriteAsync(job, inputs, outcome, cancellation));
        await observer.DurablyAsync(() => execution.MoveAsync(job.Id, job.Ticket, RunStatus.Succeeded, "", cancellation));
    }
}
