namespace MalariaLab.Imaging.Samples;

/// <summary>What can lie in or on a red cell: parasites by stage, and what is easily taken for one.</summary>
internal sealed class Inclusions(Canvas canvas, PatientStain stain, SampleRandom random)
{
    private static readonly Colour Pigment = new(0.5, 0.36, 0.3);

    /// <summary>Ring form: a thin ring of cytoplasm with one or two chromatin dots on it, clear inside.</summary>
    public void Ring(double x, double y, double strength)
    {
        var radius = random.Between(12, 20);
        var ring = new Outline(random, radius, 0.07, 3);
        var thickness = random.Between(3.5, 6.5);
        var dot = random.Direction();
        // Thicker opposite the dot, as a signet ring is; often open on one side.
        var gap = random.Chance(0.35) ? random.Between(0.5, 1) : 0;
        var open = random.Direction();
        canvas.Absorb(x, y, radius * 1.6, stain.Cytoplasm, (dx, dy) =>
        {
            var length = Math.Sqrt((dx * dx) + (dy * dy)) + 1e-9;
            var away = 0.5 - (0.5 * ((dx * dot.X) + (dy * dot.Y)) / length);
            var missing = gap * Shape.Ease((((dx * open.X) + (dy * open.Y)) / length * 2) - 0.6);
            return strength * 0.95 * (0.55 + (0.45 * away)) * (1 - missing) * Shape.Bump(ring.Inside(dx, dy) / (thickness * (0.8 + (0.7 * away))));
        });
        Clear(x, y, radius - (thickness / 2), 0.05 * strength);
        Dot(x + (dot.X * radius), y + (dot.Y * radius), random.Between(5.5, 9), strength);
        if (random.Chance(0.3))
        {
            var second = random.Direction();
            Dot(x + (second.X * radius), y + (second.Y * radius), random.Between(4, 6.5), strength);
        }
    }

    /// <summary>Trophozoite: a ragged body of cytoplasm with a chromatin mass and grains of brown pigment.</summary>
    public void Trophozoite(double x, double y, double strength)
    {
        var radius = random.Between(14, 23);
        Body(x, y, radius, 0.22, 0.85 * strength, stain.Cytoplasm);
        var offset = random.Direction();
        Dot(x + (offset.X * radius * 0.5), y + (offset.Y * radius * 0.5), random.Between(6, 10), strength);
        for (var grain = random.Below(4); grain > 0; grain--)
        {
            var place = random.Direction();
            Body(x + (place.X * radius * 0.4), y + (place.Y * radius * 0.4), random.Between(1.5, 2.5), 0.1, 0.7 * strength, Pigment);
        }
    }

    /// <summary>Schizont: a faint body full of chromatin dots.</summary>
    public void Schizont(double x, double y, double strength)
    {
        var radius = random.Between(17, 25);
        Body(x, y, radius, 0.12, 0.55 * strength, stain.Cytoplasm);
        for (var dot = 6 + random.Below(7); dot > 0; dot--)
        {
            var place = random.Direction();
            var distance = radius * random.Between(0.1, 0.85);
            Dot(x + (place.X * distance), y + (place.Y * distance), random.Between(2.4, 4), 0.85 * strength);
        }
        Body(x, y, random.Between(2, 3.5), 0.1, 0.8 * strength, Pigment);
    }

    /// <summary>Platelet on the cell: a granular lilac body with a pale halo, no ring and no clean dot.</summary>
    public void Platelet(double x, double y, double strength)
    {
        var radius = random.Between(6, 11);
        Clear(x, y, radius * 1.9, 0.1);
        Body(x, y, radius, 0.12, 0.55 * strength, stain.Cytoplasm);
        for (var grain = 3 + random.Below(6); grain > 0; grain--)
        {
            var place = random.Direction();
            var distance = radius * random.Between(0, 0.7);
            Body(x + (place.X * distance), y + (place.Y * distance), random.Between(1.4, 2.6), 0.1, 0.55 * strength, stain.Chromatin);
        }
    }

    /// <summary>Precipitated stain: hard dark specks, alone or in a group.</summary>
    public void Debris(double x, double y, double strength)
    {
        var tint = stain.Chromatin.Times(random.Between(0.6, 1)).Towards(Pigment, random.Between(0, 0.7));
        for (var speck = 1 + random.Below(4); speck > 0; speck--)
            Body(x + (7 * random.Normal()), y + (7 * random.Normal()), random.Between(1.2, 3.4), 0.25, strength, tint);
    }

    /// <summary>A single round dark dot (Howell-Jolly body): chromatin's colour, but no cytoplasm beside it.</summary>
    public void LoneDot(double x, double y, double strength) => Dot(x, y, random.Between(2.4, 4), strength);

    /// <summary>A crease or smudge: a broad faint streak.</summary>
    public void Smudge(double x, double y, double strength)
    {
        var along = random.Direction();
        var length = random.Between(12, 30);
        var width = random.Between(3, 7);
        canvas.Absorb(x, y, length + width, stain.Cytoplasm, (dx, dy) =>
            strength * Shape.Bump(((dx * along.X) + (dy * along.Y)) / length) * Shape.Bump(((dy * along.X) - (dx * along.Y)) / width));
    }

    private void Dot(double x, double y, double radius, double strength) => Body(x, y, radius, 0.07, strength, stain.Chromatin);

    private void Body(double x, double y, double radius, double roughness, double strength, Colour tint)
    {
        var outline = new Outline(random, radius, roughness, 4);
        canvas.Absorb(x, y, radius * 2, tint, (dx, dy) => strength * Shape.Ease((outline.Inside(dx, dy) + 1) / 2.5));
    }

    // Negative absorption: a little more light than the cell lets through.
    private void Clear(double x, double y, double radius, double amount) =>
        canvas.Absorb(x, y, radius, default, (dx, dy) => -amount * Shape.Bump(Math.Sqrt((dx * dx) + (dy * dy)) / Math.Max(radius, 1)));
}
