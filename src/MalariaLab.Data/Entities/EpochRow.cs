using MalariaLab.Core.Runs;

namespace MalariaLab.Data.Entities;

/// <summary>A stored <see cref="EpochRecord"/>; key is run and epoch, so that saving one again is harmless.</summary>
public sealed class EpochRow
{
    /// <summary>The run.</summary>
    public long RunId { get; set; }

    /// <summary>Counted from 1.</summary>
    public int Epoch { get; set; }

    /// <summary>Training loss.</summary>
    public double TrainLoss { get; set; }

    /// <summary>Training accuracy.</summary>
    public double TrainAccuracy { get; set; }

    /// <summary>Validation loss.</summary>
    public double? ValLoss { get; set; }

    /// <summary>Validation accuracy.</summary>
    public double? ValAccuracy { get; set; }

    /// <summary>Learning rate.</summary>
    public double LearningRate { get; set; }

    /// <summary>Seconds.</summary>
    public double Seconds { get; set; }

    /// <summary>Training images a second.</summary>
    public double ImagesPerSecond { get; set; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The record.</summary>
    public EpochRecord ToRecord() => new()
    {
        Epoch = Epoch,
        TrainLoss = TrainLoss,
        TrainAccuracy = TrainAccuracy,
        ValLoss = ValLoss,
        ValAccuracy = ValAccuracy,
        LearningRate = LearningRate,
        Seconds = Seconds,
        ImagesPerSecond = ImagesPerSecond,
    };

    /// <summary>A row of <paramref name="record"/>.</summary>
    public static EpochRow Of(long runId, EpochRecord record, DateTimeOffset at) => new()
    {
        RunId = runId,
        Epoch = record.Epoch,
        TrainLoss = record.TrainLoss,
        TrainAccuracy = record.TrainAccuracy,
        ValLoss = record.ValLoss,
        ValAccuracy = record.ValAccuracy,
        LearningRate = record.LearningRate,
        Seconds = record.Seconds,
        ImagesPerSecond = record.ImagesPerSecond,
        At = at,
    };
}
