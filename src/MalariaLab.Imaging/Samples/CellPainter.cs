namespace MalariaLab.Imaging.Samples;

/// <summary>Paints one red cell as a segmented thin-smear crop: the cell on black, cut along a coarse, imperfect outline.</summary>
internal sealed class CellPainter
{
    // The published crops were cut on a coarser grid than their pixels, which shows as steps along the edge.
    private const int MaskStep = 3;

    private readonly SampleRandom random;
    private readonly PatientStain stain;
    private readonly Outline outline;
    private readonly Canvas canvas;
    private readonly double centre;
    private readonly double stretch;
    private readonly (double X, double Y) axis;

    private CellPainter(PatientStain stain, SampleRandom random)
    {
        this.random = random;
        this.stain = stain;
        var radius = stain.Radius * random.Between(0.88, 1.14);
        outline = new Outline(random, radius, random.Chance(0.15) ? 0.05 : 0.018, 6);
        stretch = random.Between(0, 0.14);
        axis = random.Direction();
        canvas = new Canvas((int)(radius * 3.2));
        centre = canvas.Size / 2.0;
    }

    /// <summary>A cell with or without a parasite.</summary>
    public static PixelImage Paint(bool infected, PatientStain stain, SampleRandom random)
    {
        var painter = new CellPainter(stain, random);
        painter.PaintCell();
        if (infected) painter.AddParasites();
        painter.AddConfounders(infected);
        painter.canvas.Blur(stain.Defocus);
        return painter.Cut();
    }

    private double Inside(double x, double y)
    {
        double dx = x - centre, dy = y - centre;
        // An ellipse: the part along the axis is shortened before the outline is asked.
        var along = ((dx * axis.X) + (dy * axis.Y)) * stretch;
        return outline.Inside(dx - (along * axis.X), dy - (along * axis.Y));
    }

    private void PaintCell()
    {
        var broad = new SmoothNoise(random, random.Between(22, 40));
        var fine = new SmoothNoise(random, random.Between(5, 9));
        var mottling = random.Between(1, 4);
        var body = stain.Cell.Plus(3.5 * random.Normal(), 3.5 * random.Normal(), 3.5 * random.Normal());
        // Now and then a cell takes up the stain altogether, infected or not.
        if (random.Chance(0.015)) body = body.Towards(new Colour(150, 88, 158), random.Between(0.4, 0.9));
        var pallor = random.Chance(0.55) ? random.Between(0.03, 0.14) : 0;
        double pallorX = centre + (6 * random.Normal()), pallorY = centre + (6 * random.Normal());
        var pallorRadius = outline.Radius * random.Between(0.5, 0.85);
        var rim = random.Between(-0.05, 0.09);
        canvas.Fill((x, y) =>
        {
            var depth = Inside(x, y);
            double dx = (x - centre) / outline.Radius, dy = (y - centre) / outline.Radius;
            var light = 1 + (stain.Gradient.X * dx) + (stain.Gradient.Y * dy);
            var toPallor = Math.Sqrt(((x - pallorX) * (x - pallorX)) + ((y - pallorY) * (y - pallorY)));
            light += pallor * Shape.Bump(toPallor / pallorRadius);
            light -= rim * Shape.Bump((depth - 5) / 7);
            var noise = (mottling * broad.At(x, y)) + (0.6 * mottling * fine.At(x, y));
            return stain.Field.Towards(body.Times(light).Plus(noise, noise, noise), Shape.Ease((depth + 2) / 4.5));
        });
    }

    private void AddParasites()
    {
        var inclusions = new Inclusions(canvas, stain, random);
        var count = random.Chance(0.3) ? 2 + random.Below(2) : 1;
        for (var i = 0; i < count; i++)
        {
            // A few are hardly stained or out of focus: two readers would not agree on them.
            var strength = stain.Uptake * (random.Chance(0.07) ? random.Between(0.16, 0.4) : random.Between(0.65, 1));
            var stage = random.Unit();
            // Appliqué forms sit on the cell's edge.
            var (x, y) = stage < 0.12 ? Place(0.86, 0.94) : Place(0, 0.6);
            if (stage < 0.68) inclusions.Ring(x, y, strength);
            else if (stage < 0.94) inclusions.Trophozoite(x, y, strength);
            else inclusions.Schizont(x, y, strength);
        }
    }

    private void AddConfounders(bool infected)
    {
        var inclusions = new Inclusions(canvas, stain, random);
        if (random.Chance(0.15)) At(Place(0, 0.8), 0.16, 0.4, inclusions.Smudge);
        // As many on infected cells, or dirt itself would tell the classes apart.
        if (random.Chance(stain.Dirt))
        {
            if (random.Chance(0.5)) At(Place(0.1, 0.95), 0.5, 1, inclusions.Platelet);
            else At(Place(0, 0.95), 0.4, 0.95, inclusions.Debris);
        }
        if (!infected && random.Chance(0.06)) At(Place(0, 0.8), 0.5, 0.9, inclusions.LoneDot);

        void At((double X, double Y) place, double low, double high, Action<double, double, double> draw) =>
            draw(place.X, place.Y, random.Between(low, high));
    }

    private (double X, double Y) Place(double least, double most)
    {
        var direction = random.Direction();
        // The root makes places uniform over the area.
        var distance = outline.Radius * Math.Sqrt(random.Between(least * least, most * most));
        return (centre + (direction.X * distance), centre + (direction.Y * distance));
    }

    private PixelImage Cut()
    {
        var margin = random.Between(-0.5, 3);
        var ragged = new SmoothNoise(random, random.Between(7, 14));
        var raggedness = random.Chance(0.22) ? random.Between(2, 8) : random.Between(0.3, 1.8);
        // A neighbour that touched the cell leaves a straight cut.
        var cut = random.Chance(0.12) ? outline.Radius * random.Between(0.68, 0.9) : double.PositiveInfinity;
        var side = random.Direction();
        bool Mask(int x, int y)
        {
            int gridX = (x / MaskStep * MaskStep) + 1, gridY = (y / MaskStep * MaskStep) + 1;
            return ((gridX - centre) * side.X) + ((gridY - centre) * side.Y) < cut
                && Inside(gridX, gridY) + margin + (raggedness * ragged.At(gridX, gridY)) > 0;
        }

        int left = canvas.Size, top = canvas.Size, right = 0, bottom = 0;
        for (var y = 0; y < canvas.Size; y++)
        {
            for (var x = 0; x < canvas.Size; x++)
            {
                if (!Mask(x, y)) continue;
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
            }
        }
        left = Math.Max(left - 2, 0);
        top = Math.Max(top - 2, 0);
        right = Math.Min(right + 2, canvas.Size - 1);
        bottom = Math.Min(bottom + 2, canvas.Size - 1);
        return canvas.Cut(left, top, right - left + 1, bottom - top + 1, Mask, random, stain.Grain);
    }
}
