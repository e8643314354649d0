using System.Globalization;
using MalariaLab.Web.Components.Shared;

namespace MalariaLab.Web.Features.Exports;

/// <summary>Names of downloaded files.</summary>
public static class ExportNames
{
    /// <summary>7, "LeNet, seed 42" → <c>run-7-lenet-seed-42</c>; a name without a Latin letter or digit leaves the number.</summary>
    public static string Of(long runId, string name) => string.Create(CultureInfo.InvariantCulture, $"run-{runId}-{SafeNames.Slug(name)}").TrimEnd('-');
}
