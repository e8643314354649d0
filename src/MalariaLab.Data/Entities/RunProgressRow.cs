using MalariaLab.Core.Runs;

namespace MalariaLab.Data.Entities;

/// <summary>What a live run is doing; one row a run, overwritten at most once a second.</summary>
public sealed class RunProgressRow
{
    /// <summary>The run.</summary>
    public long RunId { get; set; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>Stage.</summary>
    public string Stage { get; set; } = "";

    /// <summary>Current epoch.</summary>
    public int Epoch { get; set; }

    /// <summary>Epochs at most.</summary>
    public int Epochs { get; set; }

    /// <summary>Finished steps.</summary>
    public int Step { get; set; }

    /// <summary>Steps.</summary>
    public int Steps { get; set; }

    /// <summary>Running loss.</summary>
    public double? Loss { get; set; }

    /// <summary>Running accuracy.</summary>
    public double? Accuracy { get; set; }

    /// <summary>Training images a second.</summary>
    public double? ImagesPerSecond { get; set; }

    /// <summary>Seconds left.</summary>
    public double? SecondsLeft { get; set; }

    /// <summary>The record.</summary>
    public RunProgress ToRecord() => new()
    {
        Stage = Stage,
        Epoch = Epoch,
        Epochs = Epochs,
        Step = Step,
        Steps = Steps,
        Loss = Loss,
        Accuracy = Accuracy,
        ImagesPerSecond = ImagesPerSecond,
        SecondsLeft = SecondsLeft,
    };
}
