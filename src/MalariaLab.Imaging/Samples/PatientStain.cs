namespace MalariaLab.Imaging.Samples;

/// <summary>What all cells of one smear share: stain, light, focus, density of debris. A split by image leaks it, a split by patient does not.</summary>
internal sealed record PatientStain
{
    /// <summary>Light that passes a red cell.</summary>
    public required Colour Cell { get; init; }

    /// <summary>Light beside the cells.</summary>
    public required Colour Field { get; init; }

    /// <summary>Share of light that passes chromatin.</summary>
    public required Colour Chromatin { get; init; }

    /// <summary>Share of light that passes a parasite's cytoplasm.</summary>
    public required Colour Cytoplasm { get; init; }

    /// <summary>Direction in which the light falls off, times how much over one radius.</summary>
    public required (double X, double Y) Gradient { get; init; }

    /// <summary>How strongly parasites take the stain, 0 to 1.</summary>
    public required double Uptake { get; init; }

    /// <summary>Mean cell radius in pixels.</summary>
    public required double Radius { get; init; }

    /// <summary>Blur passes.</summary>
    public required int Defocus { get; init; }

    /// <summary>Standard deviation of the sensor noise.</summary>
    public required double Grain { get; init; }

    /// <summary>Probability of debris or a platelet on a cell.</summary>
    public required double Dirt { get; init; }

    public static PatientStain Draw(SampleRandom random)
    {
        Colour[] stains = [new(222, 174, 174), new(225, 180, 170), new(214, 168, 172), new(210, 178, 178), new(202, 176, 180), new(220, 184, 178)];
        var brightness = random.Between(0.96, 1.05);
        var direction = random.Direction();
        var slope = random.Between(0, 0.05);
        return new PatientStain
        {
            Cell = random.Pick(stains).Towards(random.Pick(stains), random.Unit()).Times(brightness),
            Field = new Colour(228, 202, 192).Times(brightness),
            Chromatin = new Colour(0.5, 0.1, 0.46).Plus(random.Between(-0.08, 0.06), random.Between(-0.05, 0.1), random.Between(-0.08, 0.08)),
            Cytoplasm = new Colour(0.68, 0.38, 0.72).Plus(random.Between(-0.08, 0.08), random.Between(-0.08, 0.08), random.Between(-0.06, 0.08)),
            Gradient = (direction.X * slope, direction.Y * slope),
            Uptake = random.Between(0.85, 1),
            Radius = random.Between(56, 76),
            Defocus = 1 + random.Below(3),
            Grain = random.Between(0.6, 2),
            Dirt = random.Between(0.12, 0.4),
        };
    }
}
