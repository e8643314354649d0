using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace MalariaLab.Web.Components.Charts;

/// <summary>
/// Parts of a drawing that stands alone: real text, no script, no foreign objects, so that every editor opens it. Colours are expressions of the
/// lab's style sheet in <c>data-fill</c> and <c>data-stroke</c>; the browser writes their light values in when it saves the drawing.
/// </summary>
internal static class FigureSvg
{
    private const double LegendRow = 20, Swatch = 22;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The drawing on white paper, with its title.</summary>
    public static string Document(string title, double width, double height, IEnumerable<XElement> content) => new XElement(Svg + "svg",
        new XAttribute("width", N(width)), new XAttribute("height", N(height)), new XAttribute("viewBox", $"0 0 {N(width)} {N(height)}"),
        new XAttribute("font-family", "Inter, Helvetica, Arial, sans-serif"), new XAttribute("font-size", "12"),
        Element("rect", ("width", width), ("height", height), ("fill", "#fff")),
        Text(title, 12, 22, "start", ("font-size", "14"), ("font-weight", "600")), content).ToString(SaveOptions.DisableFormatting);

    /// <summary>An element with its attributes; numbers are written plainly, and of two values of one name the later counts.</summary>
    public static XElement Element(string name, params IEnumerable<(string Name, object? Value)> attributes) => new(Svg + name,
        attributes.Where(a => a.Value is not null)
            .GroupBy(a => a.Name)
            .Select(same => same.Last())
            .Select(a => new XAttribute(a.Name, a.Value is double number ? N(number) : a.Value!)));

    /// <summary>A line of text; characters that XML cannot hold are left out.</summary>
    public static XElement Text(string text, double x, double y, string anchor, params IEnumerable<(string Name, object? Value)> attributes)
    {
        var element = Element("text", [("x", x), ("y", y), ("text-anchor", anchor), ("data-fill", "var(--text)"), .. attributes]);
        element.Value = string.Concat(text.Where(letter => !char.IsSurrogate(letter) && XmlConvert.IsXmlChar(letter)));
        return element;
    }

    /// <summary>
    /// Names with the colour and dash of their lines, in rows from <paramref name="left"/> to <paramref name="right"/>;
    /// <paramref name="end"/> is where the last row ends.
    /// </summary>
    public static List<XElement> Legend(IEnumerable<(string Name, int Colour, int Dash)> items, double left, double right, double top, out double end)
    {
        var content = new List<XElement>();
        var (at, y) = (left, top);
        foreach (var (name, colour, dash) in items)
        {
            var width = Swatch + 8 + WidthOf(name) + 18;
            if (at > left && at + width > right) (at, y) = (left, y + LegendRow);
            content.Add(Element(
                "line",
                ("x1", at),
                ("x2", at + Swatch),
                ("y1", y - 4),
                ("y2", y - 4),
                ("data-stroke", Palette.Css(colour)),
                ("stroke-width", "2"),
                ("stroke-dasharray", Dashes(dash))));
            content.Add(Text(name, at + Swatch + 6, y, "start"));
            at += width;
        }
        end = y + LegendRow;
        return content;
    }

    /// <summary>Length of dashes as an attribute; null draws a solid line.</summary>
    public static string? Dashes(int dash) => dash > 0 ? N(dash) : null;

    /// <summary>A coordinate.</summary>
    public static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>About how wide a text is at 12 pixels; ideographs take a whole one.</summary>
    public static double WidthOf(string text) => text.Sum(letter => letter < 0x2E80 ? 6.6 : 12);
}
