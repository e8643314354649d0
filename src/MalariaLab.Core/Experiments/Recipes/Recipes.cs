namespace MalariaLab.Core.Experiments;

/// <summary>The presets that the lab offers.</summary>
public static class Recipes
{
    /// <summary>In order of the form.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [.. MalariaRecipes.All, .. PneumoniaRecipes.All, .. LabRecipes.All];

    /// <summary>The recipe of this key, or null.</summary>
    public static Recipe? Find(string key) => All.FirstOrDefault(r => r.Key == key);

    /// <summary>The recipe of this key.</summary>
    /// <exception cref="SpecException">There is none; the message lists the known keys.</exception>
    public static Recipe Get(string key) =>
        Find(key) ?? throw new SpecException("recipe", $"There is no recipe \"{key}\". Known are {string.Join(", ", All.Select(r => r.Key))}.");
}
