using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Web.Localisation;

namespace MalariaLab.Web.Features.Experiments;

/// <summary>Names of networks for people.</summary>
public static class NetworkName
{
    /// <summary>The network's title, with the backbone where that is another network's.</summary>
    public static string Of(ArchitectureSpec spec, Words words) =>
        spec.Backbone is { } other ? words["{0} on the backbone of {1}", Title(spec.Key), Title(other)] : Title(spec.Key);

    private static string Title(string key) => ArchitectureCatalogue.Find(key)?.Title ?? key;
}
