using System.Text.Json;

namespace MalariaLab.Web.Api;

/// <summary>The request for a run.</summary>
public sealed record RunRequest
{
    /// <summary>Recipe key.</summary>
    public required string Recipe { get; init; }

    /// <summary>Dataset, by id or name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Split, by id or name.</summary>
    public required string Split { get; init; }

    /// <summary>Name of the run; the recipe's by default.</summary>
    public string? Name { get; init; }

    /// <summary>Epochs at most.</summary>
    public int? Epochs { get; init; }

    /// <summary>Training seed.</summary>
    public long? Seed { get; init; }

    /// <summary>Priority; higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Changes to the recipe's spec: dotted path → value, as text or as JSON.</summary>
    public IReadOnlyDictionary<string, JsonElement> Set { get; init; } = new Dictionary<string, JsonElement>();
}
